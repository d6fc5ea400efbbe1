"""What disturbed and attacked texts cost, as tables of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.cli.printable import printable
from harness.core.comparison import Difference
from harness.core.estimate import Estimate, Interval
from harness.core.robustness import Attacks, Disturbed, Drop, Robustness
from harness.core.text_measures import Closeness

_OVERALL = {"worst": "worst per sample", "mean": "mean of all"}
_ATTACKED = {
    "success_rate": "success",
    "control_success_rate": "random search",
    "accuracy_under_attack": "accuracy",
    "perturbed_word_rate": "words",
    "queries": "queries",
}
"""Titles of columns by the ids of their quantities."""
_ALL_COLUMNS = 90
"""A narrower terminal is shown no p-values; bold rows are those that are beyond doubt."""
_SMALLEST_P = 0.001


def print_robustness(console: Console, found: Robustness) -> None:
    """Print what happens to the number that leads, perturbation by perturbation; then attacks."""
    rows = [
        (row, drop)
        for row in found.disturbed
        for drop in row.drops
        if drop.difference.quantity.id == found.lead
    ]
    if rows:
        console.print(_drops(found, rows, is_narrow=console.width < _ALL_COLUMNS))
    if found.attacks:
        console.print(_attacks(found))
    for note in found.notes:
        console.print(f"  {printable(note)}", style="yellow", markup=False, soft_wrap=True)


def _drops(found: Robustness, rows: Sequence[tuple[Disturbed, Drop]], *, is_narrow: bool) -> Table:
    title = f"{found.suite} · {found.model}: {found.lead} on disturbed texts"
    table = _table(title, "perturbation")
    interval = f"{found.level:.3g} interval"
    for name in ("clean", "disturbed", "change", interval, "flipped", "pairs"):
        table.add_column(name, justify="right")
    has_meaning = any(one.measure == "meaning" for row, _ in rows for one in row.closeness)
    if has_meaning:
        table.add_column("similar", justify="right")
    if not is_narrow:
        table.add_column("adj. p", justify="right")
    for row, drop in rows:
        p_value = [] if is_narrow else [_p(drop.p_adjusted)]
        meaning = [_similarity(row.closeness)] if has_meaning else []
        pairs = ", ".join(map(str, drop.difference.sizes))
        cells = (*_values(drop.difference), _flipped(row), pairs, *meaning, *p_value)
        is_worse = drop.is_shown(found.level) and (drop.loss or 0) > 0
        mark = " (changes meaning)" if row.changes_target else ""
        name = f"{escape(printable(row.perturbation))}{mark}"
        table.add_row(name, *cells, style="bold" if is_worse else "")
    for overall in found.overall:
        if overall.difference.quantity.id == found.lead:
            d = overall.difference
            table.add_row(_OVERALL[overall.kind], *_values(d), "", str(d.n))
    return table


def _attacks(found: Robustness) -> Table:
    known = [name for name in _ATTACKED if any(_number(one, name) for one in found.attacks)]
    counts = {
        "n": [_n_attacked(one) for one in found.attacks],
        "undecided": [str(_n_undecided(one)) for one in found.attacks],
        "failed": [str(one.n_failed) for one in found.attacks],
    }
    told = [name for name, texts in counts.items() if name == "n" or set(texts) != {"0"}]
    table = _table(
        f"{found.suite} · {found.model}: attacks (success: of the right answers)",
        "attack",
    )
    has_meaning = any(each.measure == "meaning" for one in found.attacks for each in one.closeness)
    similar = ["similar"] if has_meaning else []
    for title in (*(_ATTACKED[name] for name in known), *similar, *told):
        table.add_column(title, justify="right")
    for place, one in enumerate(found.attacks):
        cells = [_cell(_number(one, name)) for name in known]
        cells += [_similarity(one.closeness)] if has_meaning else []
        cells += [counts[name][place] for name in told]
        table.add_row(escape(printable(one.attack)), *cells)
    return table


def _n_attacked(one: Attacks) -> str:
    success = _number(one, "success_rate")
    return "-" if success is None else str(success.n)


def _n_undecided(one: Attacks) -> int:
    found = _number(one, "undecided_rate")
    return 0 if found is None else round((found.value or 0.0) * found.n)


def _table(title: str, first: str) -> Table:
    table = Table(
        title=escape(printable(title)),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column(first, overflow="fold")
    return table


def _values(d: Difference) -> tuple[str, str, str, str]:
    change = "-" if d.difference is None else f"{'+' * (d.difference > 0)}{_short(d.difference)}"
    return _value(d.baseline), _value(d.candidate), change, _ends(d.interval)


def _similarity(found: Sequence[Closeness]) -> str:
    return next((_value(one.value) for one in found if one.measure == "meaning"), "-")


def _flipped(row: Disturbed) -> str:
    if row.is_idle:
        return "no text"
    share = row.flipped.value if row.flipped else None
    return "-" if share is None else f"{share:.3f}"


def _p(p_value: float | None) -> str:
    if p_value is None:
        return "-"
    return f"{p_value:.3f}" if p_value >= _SMALLEST_P else f"< {_SMALLEST_P}"


def _number(one: Attacks, quantity: str) -> Estimate | None:
    return next((each for each in one.estimates if each.quantity.id == quantity), None)


def _cell(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return "-"
    ends = f" {_ends(found.interval)}" if found.quantity.id == "success_rate" else ""
    return f"{_value(found.value)}{ends}"


def _value(value: float | None) -> str:
    return "-" if value is None else _short(value)


def _short(value: float) -> str:
    """Write a fraction to thousandths, and what is larger to four digits."""
    return f"{value:z.3f}" if abs(value) < 1 else f"{value:.4g}"


def _ends(interval: Interval | None) -> str:
    return f"[{_short(interval.low)}, {_short(interval.high)}]" if interval else ""
