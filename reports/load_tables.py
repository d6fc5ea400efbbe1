"""What was timed, a row for each load: a quantity by load has no name that anybody would read.

All is decided by the quantity: that it is drawn anew by the round, and the load after its ``@``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.core.estimate import Estimate
from harness.core.quantity_unit import in_unit, name_and_statistic, shown_unit, unit_of
from harness.reports.estimate_tables import ARROWS, quantity_table, single_loads
from harness.reports.load_marks import Marks
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_interval,
    format_level,
    format_value,
)
from harness.reports.panels.panel import told_apart
from harness.reports.table import Cell, Column, Group, Table

_KINDS = {
    "s": "Times",
    "B": "Memory and energy",
    "J": "Memory and energy",
    "J/token": "Memory and energy",
    "J/item": "Memory and energy",
    "tokens/s": "Rates",
    "requests/s": "Rates",
    "items/s": "Rates",
}
_OTHER = "Shares and counts"
_MOST_COLUMNS = 6
_TIMES = "Times"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTables:
    """All that one model came to on one suite of rounds."""

    headline: Table | None
    others: tuple[Table, ...]
    """All other quantities by load, a table for each kind."""
    whole: Table | None
    """What holds for all loads, or for several of one shape."""
    missing: tuple[str, ...]
    """What was not measured and why, a sentence for each reason."""


def parted(estimates: Iterable[Estimate]) -> tuple[list[Estimate], list[Estimate]]:
    """Part what is drawn anew by the round from what is by the sample."""
    rounds: list[Estimate] = []
    samples: list[Estimate] = []
    for estimate in estimates:
        (rounds if estimate.quantity.unit == "round" else samples).append(estimate)
    return rounds, samples


def load_tables(
    estimates: Sequence[Estimate],
    level: float,
    marks: Marks | None = None,
    *,
    why_no_energy: str = "",
) -> LoadTables | None:
    """Return the tables of quantities of rounds; None without any.

    Args:
        estimates: of one model on one suite, all drawn anew by the round.
        level: of the intervals.
        marks: of the loads whose numbers may not be judged by, or not without a doubt.
        why_no_energy: why no load has any, where it is known.
    """
    marks = marks or {}
    if not estimates:
        return None
    loads = set(single_loads(e.quantity.load for e in estimates))
    by_load = [e for e in estimates if e.quantity.load in loads]
    whole = [e for e in estimates if e.quantity.load not in loads]
    first = {e.quantity.stem for e in by_load if e.quantity.is_headline}
    headline = [e for e in by_load if e.quantity.stem in first]
    rest = [e for e in by_load if _kind_of(e) == _TIMES or e.quantity.stem not in first]
    kinds: dict[str, list[Estimate]] = {}
    for estimate in rest:
        kinds.setdefault(_kind_of(estimate), []).append(estimate)
    others = [
        table for kind, members in kinds.items() for table in _tables(kind, members, level, marks)
    ]
    return LoadTables(
        headline=_metric_table("By load", headline, level, marks) if headline else None,
        others=tuple(others),
        whole=quantity_table(whole, level) if whole else None,
        missing=(*_missing(estimates), *([f"energy: {why_no_energy}."] if why_no_energy else [])),
    )


def _kind_of(estimate: Estimate) -> str:
    return _KINDS.get(unit_of(estimate.quantity), _OTHER)


def _tables(
    kind: str, estimates: Sequence[Estimate], level: float, marks: Marks
) -> Iterable[Table]:
    """Yield the tables of one kind: times by statistic, others with a column for each."""
    if kind == _TIMES:
        yield _statistic_table(kind, estimates, level, marks)
        return
    stems = list(dict.fromkeys(e.quantity.stem for e in estimates))
    for start in range(0, len(stems), _MOST_COLUMNS):
        some = set(stems[start : start + _MOST_COLUMNS])
        part = [e for e in estimates if e.quantity.stem in some]
        yield _metric_table(kind if not start else f"{kind}, more", part, level, marks)


def _metric_table(title: str, estimates: Sequence[Estimate], level: float, marks: Marks) -> Table:
    """Return a table with a row for each load and a column for each quantity."""
    loads = _loads(estimates)
    columns: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        columns.setdefault(estimate.quantity.stem, []).append(estimate)
    heads: list[Column] = []
    cells: dict[tuple[str, str], Cell] = {}
    for stem, members in columns.items():
        unit = shown_unit(members[0].quantity, (e.value for e in members))
        arrow = ARROWS[members[0].quantity.direction]
        named = f"{stem}, {unit.word}" if unit.word else stem
        heads.append(
            Column(title=f"{named} {arrow}".strip(), is_number=True,
                   note=members[0].quantity.definition)
        )  # fmt: skip
        cells |= {(e.quantity.load, stem): _cell(in_unit(e, unit)) for e in members}
    rows = tuple(
        (
            _load_cell(name, load, marks),
            *(cells.get((load, stem), Cell(ABSENT)) for stem in columns),
            _rounds(e for e in estimates if e.quantity.load == load),
        )
        for load, name in loads.items()
    )
    return Table(
        caption=_caption(title, loads, level),
        columns=(Column(title="Load"), *heads, _ROUNDS),
        groups=(Group(rows=rows),),
    )


def _statistic_table(
    title: str, estimates: Sequence[Estimate], level: float, marks: Marks
) -> Table:
    """Return a table with a group for each time, its rows loads and its columns statistics."""
    loads = _loads(estimates)
    parts: dict[str, dict[tuple[str, str], Estimate]] = {}
    for e in estimates:
        name, statistic = name_and_statistic(e.quantity.stem)
        parts.setdefault(name, {})[e.quantity.load, statistic] = e
    statistics = sorted({key[1] for members in parts.values() for key in members}, key=_rank)
    groups = []
    for name, members in parts.items():
        first = next(iter(members.values())).quantity
        unit = shown_unit(first, ())
        rows = []
        for load in dict.fromkeys(key[0] for key in members):
            own = [members.get((load, statistic)) for statistic in statistics]
            cells = (Cell("") if e is None else _cell(in_unit(e, unit)) for e in own)
            head = _load_cell(loads[load], load, marks)
            rows.append((head, *cells, _rounds(e for e in own if e)))
        groups.append(
            Group(title=f"{name}, {unit.word} {ARROWS[first.direction]}", rows=tuple(rows))
        )
    heads = (Column(title=statistic or "value", is_number=True) for statistic in statistics)
    return Table(
        caption=_caption(title, loads, level),
        columns=(Column(title="Load"), *heads, _ROUNDS),
        groups=tuple(groups),
    )


_ROUNDS = Column(title="Rounds", key="n", is_number=True, note="Rounds that have a value")


def _load_cell(name: str, load: str, marks: Marks) -> Cell:
    mark = marks.get(load)
    if mark is None:
        return Cell(name, note=load)
    return Cell(name, note=f"{load}, {mark.sentence}", remark=mark.word)


def _loads(estimates: Iterable[Estimate]) -> dict[str, str]:
    """Return loads with the names that tell them apart, in the order in which they came."""
    loads = list(dict.fromkeys(e.quantity.load for e in estimates))
    return dict(zip(loads, told_apart(loads), strict=True))


def _caption(title: str, loads: dict[str, str], level: float) -> str:
    shared = [
        part for part in next(iter(loads)).split(",") if all(part in x.split(",") for x in loads)
    ]
    where = f", all at {', '.join(shared)}" if shared and len(loads) > 1 else ""
    return f"{title}{where}; {format_level(level)} intervals over rounds"


def _rank(statistic: str) -> tuple[int, float, str]:
    """Sort percentiles by their number (``p999`` is 99.9), others before them by name."""
    digits = statistic.removeprefix("p")
    if statistic == digits or not digits.isdigit():
        return (0, 0.0, statistic)
    return (1, float(f"0.{digits}"), statistic)


def _cell(shown: Estimate) -> Cell:
    interval = "" if shown.interval is None else format_interval(shown)
    return Cell(format_value(shown), order=shown.value, note=shown.note, remark=interval)


def _rounds(estimates: Iterable[Estimate]) -> Cell:
    counts = sorted({e.n for e in estimates if e.value is not None})
    if not counts:
        return Cell("0", order=0)
    text = format_count(counts[0])
    return Cell(
        text if len(counts) == 1 else f"{text} to {format_count(counts[-1])}", order=counts[0]
    )


def _missing(estimates: Sequence[Estimate]) -> Iterable[str]:
    """Yield a sentence for each reason that something was not measured."""
    names = _loads(estimates)
    reasons: dict[str, dict[str, list[str]]] = {}
    for e in estimates:
        if e.value is None:
            stems = reasons.setdefault(e.note or "no reason was given", {})
            stems.setdefault(e.quantity.stem, []).append(names[e.quantity.load])
    for reason, stems in reasons.items():
        places: dict[tuple[str, ...], list[str]] = {}
        for stem, loads in stems.items():
            places.setdefault(tuple(loads), []).append(stem)
        parts = [f"{', '.join(members)}{_at(loads)}" for loads, members in places.items()]
        yield f"{'; '.join(parts)}: {reason.rstrip('.')}."


def _at(loads: Sequence[str]) -> str:
    known = [load for load in loads if load]
    return f" at {'; '.join(known)}" if known else ""
