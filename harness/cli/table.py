"""The table of every metric at the end of a run, and where the report is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.cli.explanation_table import print_attack_pairs, print_explanations
from harness.cli.printable import printable
from harness.cli.robustness_table import print_robustness
from harness.core.errors import StoreError
from harness.core.estimate import Estimate
from harness.core.quantity_unit import in_unit, shown_unit
from harness.core.run import Evaluation, Manifest, Status
from harness.core.score import Direction
from harness.core.swept_rates import doubt_of_rates
from harness.explanations import attacked_methods, tried_methods
from harness.result import Result

ARROW = {Direction.HIGHER: " ↑", Direction.LOWER: " ↓", Direction.NEITHER: ""}


def print_result(result: Result) -> None:
    """Print a table per suite and model, what its twins come to, and where the report is."""
    console = Console(highlight=False, emoji=False)
    manifest = result.run.manifest
    console.print(f"[bold]{escape(printable(manifest.name))}[/bold]  {manifest.run_id}")
    clean = {done.suite for done in manifest.evaluations}
    for done in manifest.evaluations:
        is_told_below = (done.is_disturbed or done.explainer) and done.clean in clean
        if not is_told_below:
            _print_suite(console, result, done)
        elif done.failures or done.error:  # told beside its clean suite, below; its troubles here
            console.print(escape(printable(_title(done, "", done.n_answered))))
            _print_trouble(console, done, n_left_out=0)
    _print_robustness(console, result)
    _print_explanations(console, result, clean)
    _print_warnings(manifest)
    if manifest.status is not Status.COMPLETE:
        console.print(f"[bold red]the run is {manifest.status}[/bold red]")
    if result.report.exists():
        console.print(f"report: {result.report}", soft_wrap=True, markup=False)
    else:
        console.print(f"no report yet: harness report {result.folder} -o report.html", markup=False)


def _print_explanations(console: Console, result: Result, clean: Collection[str]) -> None:
    level = result.run.manifest.confidence_level
    for (model, suite), methods in tried_methods(result.run, result.folder).items():
        if suite in clean and methods:
            print_explanations(console, suite, model, methods, level)
    for (model, suite), attacked in attacked_methods(result.run, result.folder).items():
        if suite in clean:
            print_attack_pairs(console, suite, model, attacked, level)


def _print_suite(console: Console, result: Result, done: Evaluation) -> None:
    mine = [
        estimate
        for estimate in result.run.estimates
        if (estimate.model, estimate.suite, estimate.slice) == (done.model, done.suite, None)
    ]
    shown = [estimate for estimate in mine if not _is_left_to_report(estimate)]
    note = _note_of_all(shown)
    for load, own in _by_load(shown).items():
        title = _title(done, load, max(done.n_answered, _n_rounds(mine, load)))
        console.print(_table(title, own, result.run.manifest, said_below=note))
        for remark in _remarks(own):
            console.print(f"  {printable(remark)}", markup=False, soft_wrap=True)
    if note:
        console.print(f"  no intervals: {printable(note)}", markup=False, soft_wrap=True)
    is_any_measured = any(estimate.value is not None for estimate in mine)
    n_left_out = len(mine) - len(shown) if is_any_measured else 0
    _print_trouble(console, done, n_left_out=n_left_out)


def _print_warnings(manifest: Manifest) -> None:
    for warning in manifest.warnings:
        if not any(done.tells_of(warning) for done in manifest.evaluations):
            click.echo(f"warning: {printable(warning)}", err=True)


def _print_robustness(console: Console, result: Result) -> None:
    if not any(done.is_disturbed for done in result.run.manifest.evaluations):
        return
    from harness.robustness import robustness

    try:
        found = robustness(result.run, result.folder)
    except StoreError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return
    for one in found:
        print_robustness(console, one)


def _by_load(estimates: Iterable[Estimate]) -> dict[str, list[Estimate]]:
    """Return estimates by their load, one empty group where there is nothing to show."""
    groups: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        groups.setdefault(estimate.quantity.load, []).append(estimate)
    return groups or {"": []}


def _n_rounds(estimates: Iterable[Estimate], load: str) -> int:
    """Return how many rounds a load counts in: with the whole ones those that ended after it."""
    of_load = (e for e in estimates if load and e.quantity.load == load)
    return max((e.n for e in of_load if e.quantity.unit == "round"), default=0)


def _title(done: Evaluation, load: str, n_answered: int) -> str:
    """Name a table; the load stands here because a column of a narrow terminal has no room."""
    at = f" at {load}" if load else ""
    doubt = doubt_of_rates(load, done.breaches, done.unstable)
    answered = f"{n_answered} of {done.n_samples} answered"
    return f"{done.suite} · {done.model}{at}: {answered}{f'; {doubt}' if doubt else ''}"


def _note_of_all(estimates: Iterable[Estimate]) -> str:
    """Return why no number of rounds has an interval, where it is the same for all of them."""
    known = [e for e in estimates if e.quantity.unit == "round" and e.value is not None]
    notes = {"" if e.interval else e.note for e in known}
    return notes.pop() if len(notes) == 1 and len(known) > 1 else ""


def _remarks(estimates: Iterable[Estimate]) -> Iterator[str]:
    """Yield what is remarked of numbers whose interval has its place in the table."""
    for estimate in estimates:
        if estimate.interval is not None and estimate.note:
            yield f"{estimate.quantity.stem}: {estimate.note}"


def _table(
    title: str, estimates: Iterable[Estimate], manifest: Manifest, *, said_below: str
) -> Table:
    table = Table(
        title=escape(printable(title)), title_justify="left", title_style="bold", min_width=72
    )
    table.add_column("metric", overflow="fold")
    table.add_column("value", justify="right")
    table.add_column(f"{manifest.confidence_level:.3g} interval")
    table.add_column("n", justify="right")
    table.add_column("unscored", justify="right")
    for estimate in estimates:
        table.add_row(*_cells(estimate, said_below))
    return table


def _is_left_to_report(estimate: Estimate) -> bool:
    """Tell whether a number is one of the hundreds that a load test gives beside its headlines."""
    return estimate.quantity.unit == "round" and not estimate.quantity.is_headline


def _print_trouble(console: Console, done: Evaluation, *, n_left_out: int) -> None:
    if n_left_out:
        console.print(f"  {n_left_out} more numbers by load are in the report", soft_wrap=True)
    for what, told in (("unstable", done.unstable), ("not valid", done.breaches)):
        for load, reasons in told.items():
            more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
            text = printable(f"  {what} at {load}: {reasons[0]}{more}")
            console.print(text, style="yellow", markup=False, soft_wrap=True)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.failures.items()))
    for text in (kinds and f"not answered: {kinds}", done.error):
        if text:
            console.print(f"  {printable(text)}", style="red", markup=False, soft_wrap=True)


def _cells(estimate: Estimate, said_below: str) -> tuple[str, ...]:
    note = "" if estimate.note == said_below else estimate.note
    unit = shown_unit(estimate.quantity, [estimate.value])
    estimate = in_unit(estimate, unit)
    interval = estimate.interval
    return (
        escape(printable(estimate.quantity.stem)) + ARROW[estimate.quantity.direction],
        "-" if estimate.value is None else f"{estimate.value:z.4g} {unit.word}".rstrip(),
        f"{interval.low:z.4g} … {interval.high:z.4g}" if interval else escape(printable(note)),
        str(estimate.n),
        str(estimate.n_unscored or ""),
    )
