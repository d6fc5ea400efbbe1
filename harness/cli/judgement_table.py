"""The verdict and the table of what it rests on, for the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from harness.cli.printable import printable
from harness.cli.table import ARROW
from harness.core.comparison import Comparison, OneSided
from harness.core.history import Alarm
from harness.core.judgement import Finding, Judgement
from harness.core.quantity_unit import shown_unit, told
from harness.core.verdict import Verdict

_STYLE = {
    Verdict.IMPROVED: "bold green",
    Verdict.EQUIVALENT: "green",
    Verdict.REGRESSED: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.INVALID: "bold magenta",
}
_MOST_WATCHED = 8
_LOG_WIDTH = 150
_ALL_COLUMNS = 110
"""A narrower terminal is shown no p-values, detectable differences and flips."""
_WIDE_ONLY = ("adj. p", "detects", "▲/▼")


def print_judgement(judgement: Judgement) -> None:
    """Print the verdict, the gates, and what else is worth a line."""
    # In a file or a build's log nothing is gained by wrapping at eighty columns.
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, emoji=False, width=None if has_width else _LOG_WIDTH)
    is_narrow = console.width < _ALL_COLUMNS
    for text in _sides(judgement):
        _line(console, text)
    gates = list(judgement.gates)
    for where, own in _by_place(gates).items():
        console.print(_table(f"Gates: {where}", own, is_narrow=is_narrow))
    pointed_out = _pointed_out(judgement.watched)
    for where, own in _by_place(pointed_out[:_MOST_WATCHED]).items():
        console.print(_table(f"Moved, without a gate: {where}", own, is_narrow=is_narrow))
    if len(pointed_out) > _MOST_WATCHED:
        _line(console, f"{len(pointed_out) - _MOST_WATCHED} more have moved: see the report")
    apart = [row for row in judgement.watched if _is_shown_untested(row)]
    for where, own in _by_place(apart).items():
        console.print(_table(f"Not tested: {where}", own, is_narrow=is_narrow))
    for text, style in _remarks(judgement):
        _line(console, text, style)
    style = _STYLE[judgement.verdict]
    verdict = f"[{style}]{judgement.verdict.upper()}[/{style}]"
    console.print(f"{verdict}  {escape(printable(judgement.sentence))}", soft_wrap=True)


def _sides(judgement: Judgement) -> Iterator[str]:
    comparison = judgement.comparison
    name = f" ({judgement.baseline_name})" if judgement.baseline_name else ""
    pairs = comparison.pairs
    before = ", ".join(dict.fromkeys(pair.baseline_model for pair in pairs))
    after = ", ".join(dict.fromkeys(pair.candidate_model for pair in pairs))
    yield f"baseline   {comparison.baseline.run_id}{name}: {before}"
    yield f"candidate  {comparison.candidate.run_id}: {after}"


def _remarks(judgement: Judgement) -> Iterator[tuple[str, str]]:
    """Yield what else is worth a line, with its style."""
    for text in judgement.invalid:
        yield f"invalid: {text}", "magenta"
    yield from (
        (f"not compared: {one.sentence}", "")
        for one in _free(judgement)
        if not judgement.comparison.is_forced
    )
    if judgement.baseline_name and _asks_another_question(judgement):
        command = f"harness baseline set {judgement.baseline_name}"
        run_id = judgement.comparison.candidate.run_id
        yield f"if that is meant, let later runs be compared with this one: {command} {run_id}", ""
    if judgement.comparison.is_forced:
        yield from ((text, "magenta") for text in _forced(judgement.comparison))
    for alarm in judgement.alarms:
        yield _alarm(alarm), "yellow"
    yield from ((text, "yellow") for text in _turned(judgement))
    yield from ((text, "") for text in _of_rounds(judgement))
    yield from ((f"not gated: {text}", "") for text in judgement.left_ungated)
    if judgement.n_candidates > 1:
        counts = f"{judgement.n_gates} gates of {judgement.n_candidates} candidates"
        yield f"corrected over {counts}", ""


def _turned(judgement: Judgement) -> Iterator[str]:
    """Yield which of the gaps in the tables lie the other way round than in the baseline."""
    watched = _pointed_out(judgement.watched)[:_MOST_WATCHED]
    for finding in (*judgement.gates, *watched):
        row = finding.difference
        if row.turned is not None:
            yield f"{row.quantity.id} of {row.suite} on {row.model}: {row.turned.sentence}"


def _of_rounds(judgement: Judgement) -> Iterator[str]:
    """Yield what a table has no room for: why figures of rounds are judged as they are."""
    at_loads: dict[str, dict[str, None]] = {}
    for finding in judgement.gates:
        row = finding.difference
        if row.quantity.unit == "round":
            yield f"{row.quantity.id} of {row.suite} on {row.model}: {finding.reason}"
            place = f"{row.suite} on {row.model} at {row.quantity.load}"
            at_loads.setdefault(place, {}).update(dict.fromkeys(finding.remarks))
    for place, remarks in at_loads.items():
        yield from (f"{place}: {text}" for text in remarks)
    apart = [row for row in judgement.watched if _is_shown_untested(row)]
    if apart:
        yield f"not tested: {apart[0].difference.note}"
    for finding in judgement.watched:
        row = finding.difference
        if row.is_absent and row.quantity.is_headline:
            yield f"{row.quantity.id} of {row.suite} on {row.model}: {row.note}"


def _is_shown_untested(finding: Finding) -> bool:
    row = finding.difference
    return row.is_across_runs and row.quantity.is_headline and row.difference is not None


def _asks_another_question(judgement: Judgement) -> bool:
    """Tell whether the next run will be as far from this baseline as this one is."""
    comparison = judgement.comparison
    is_other = any(pair.mismatches for pair in comparison.pairs) and not comparison.is_forced
    free = {one.sentence for one in _free(judgement)}
    return is_other or any(text not in free for text in comparison.unpaired)


def _free(judgement: Judgement) -> Sequence[OneSided]:
    """Return the numbers of one side alone that the verdict does not rest on."""
    one_sided = judgement.comparison.one_sided
    return [one for one in one_sided if one.sentence not in judgement.invalid]


def _forced(comparison: Comparison) -> Iterator[str]:
    for pair in comparison.pairs:
        yield from (f"forced, though {mismatch.sentence}" for mismatch in pair.mismatches)
    yield from (f"not compared: {text}" for text in comparison.unpaired)


def _pointed_out(watched: Iterable[Finding]) -> Sequence[Finding]:
    moved = (Verdict.REGRESSED, Verdict.IMPROVED)
    found = [finding for finding in watched if finding.verdict in moved]
    return sorted(found, key=lambda finding: moved.index(finding.verdict))


def _by_place(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return findings by suite, model and load: beside so many numbers no load has room."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        row = finding.difference
        at = f" at {row.quantity.load}" if row.quantity.load else ""
        groups.setdefault(printable(f"{row.suite} · {row.model}{at}"), []).append(finding)
    return groups


def _table(title: str, findings: Iterable[Finding], *, is_narrow: bool) -> Table:
    table = Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    left_out = _WIDE_ONLY if is_narrow else ()
    rows = [_cells(finding) for finding in findings]
    for name in (name for name in _NAMES if name not in left_out):
        is_text = name in {"metric", "interval", "verdict"}
        least = len(Verdict.INCONCLUSIVE) + 1 if name == "verdict" else len(name)
        justify: JustifyMethod = "left" if is_text else "right"
        table.add_column(name, justify=justify, overflow="fold", min_width=least)
    for cells in rows:
        table.add_row(*(cells[i] for i, name in enumerate(_NAMES) if name not in left_out))
    return table


_NAMES = (
    "metric", "baseline", "candidate", "difference", "interval", "adj. p", "detects", "▲/▼", "n",
    "verdict",
)  # fmt: skip


def _cells(finding: Finding) -> tuple[str, ...]:
    """Return the cells of ``_NAMES``, what was timed in the unit that suits its size."""
    row = finding.difference
    style = _STYLE[finding.verdict]
    wanted = f", needs n ≈ {finding.needed_n:,}" if finding.needed_n else ""
    part = "" if row.slice is None else f" [{'='.join(row.slice)}]"
    unit = shown_unit(row.quantity, (row.baseline, row.candidate))
    factor, stem = unit.factor, row.quantity.stem
    named = f"{stem}, {unit.word}" if unit.word else stem
    return (
        escape(printable(named + part)) + ARROW[row.quantity.direction],
        _number(row.baseline, factor),
        _number(row.candidate, factor),
        _number(row.difference, factor, "+z.3g"),
        _interval(finding, factor),
        _number(finding.p_adjusted, spec=".2g"),
        _number(row.detectable, factor, ".2g"),
        _flips(finding),
        ", ".join(map(str, row.sizes)),
        f"[{style}]{finding.verdict}[/{style}]{wanted}",
    )


def _interval(finding: Finding, factor: float) -> str:
    row = finding.difference
    is_same = row.test == "identical" and finding.verdict is Verdict.EQUIVALENT
    if row.is_across_runs:
        return ""  # told once, below the tables
    if row.interval is None or is_same:
        return escape(row.note)
    low, high = row.interval.low * factor, row.interval.high * factor
    return f"{low:+z.3g} … {high:+z.3g}"


def _flips(finding: Finding) -> str:
    """Count samples for the better and for the worse, of those of both sides' own parts."""
    row = finding.difference
    counts, has_parts = row.better_and_worse, len(row.sizes) > 1
    if counts is None:
        return "\N{EN DASH}" if has_parts else ""
    return f"{counts[0]}/{counts[1]}" + (f" of {row.n_common}" if has_parts else "")


def _number(value: float | None, factor: float = 1.0, spec: str = "z.4g") -> str:
    return "-" if value is None else f"{value * factor:{spec}}"


def _alarm(alarm: Alarm) -> str:
    way = {True: "better", False: "worse", None: "other"}[alarm.is_better]
    again = ", as the run before was" if alarm.is_confirmed else ""
    unit = shown_unit(alarm.quantity, (alarm.value, alarm.median))
    return (
        f"history: {alarm.quantity.id} of {alarm.suite} on {alarm.model} is {way} than usual:"
        f" {told(alarm.value, unit)} after a median of {told(alarm.median, unit)} over"
        f" {alarm.n} runs"
        f" (adjusted p {alarm.p_adjusted:.2g}){again}"
    )


def _line(console: Console, text: str, style: str | None = None) -> None:
    console.print(printable(text), style=style, markup=False, soft_wrap=True)
