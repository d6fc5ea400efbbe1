"""Tables of estimates: the summary, all quantities of a suite, and its slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby

from harness.core.estimate import Estimate
from harness.core.quantity_unit import in_unit, shown_unit
from harness.core.run import Manifest, Run
from harness.core.score import Direction
from harness.reports.disturbed_suites import disturbed_suites, explained_suites
from harness.reports.interval_bar import Scale, interval_bar, scale_for
from harness.reports.load_marks import LoadMark, mark_of
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_interval,
    format_level,
    format_value,
)
from harness.reports.table import Cell, Column, Group, Table

DIRECTION_WORDS = {
    Direction.HIGHER: "↑ higher",
    Direction.LOWER: "↓ lower",
    Direction.NEITHER: "· neither",
}
ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NEITHER: ""}
_MOST_LOADS = 3
"""That the summary shows of a suite that has measured several."""
_QUANTITY = Column(title="Quantity", key="name")
_MODEL = Column(title="Model", key="model")
_N = Column(title="n", key="n", is_number=True, note="Samples scored")
_UNSCORED = Column(
    title="Unscored",
    key="unscored",
    is_number=True,
    note="Samples asked about that have no score: failures, and answers that could not be read",
)
_BETTER = Column(title="Better", key="better", note="Which way is better")


def summary_table(run: Run) -> Table:
    """Return the headline quantities of every suite, models on neighbouring rows.

    Disturbed suites are left out where they are held against their clean ones elsewhere, and
    explained ones where their methods are.
    """
    left_out = {
        **(disturbed_suites(run.manifest) if run.robustness else {}),
        **(explained_suites(run.manifest) if run.explanations else {}),
    }
    headlines = [e for e in run.estimates if e.quantity.is_headline and e.slice is None]
    groups = []
    for suite in _suites(run):
        if suite in left_out:
            continue
        chosen = [e for e in headlines if e.suite == suite]
        shown, remark = _at_few_loads(chosen)
        rows = [
            row
            for peers in _by_quantity(shown)
            for row in _rows(peers, has_model=True, manifest=run.manifest)
        ]
        if rows:
            groups.append(Group(title=f"{suite}{remark}", rows=tuple(rows)))
    level = run.manifest.confidence_level
    columns = (_QUANTITY, _MODEL, *_number_columns(level), _N, _UNSCORED, _BETTER)
    return Table(
        caption="Headline quantities by suite and model", columns=columns, groups=tuple(groups)
    )


def quantity_table(estimates: Sequence[Estimate], level: float) -> Table:
    """Return every quantity of one suite and model."""
    rows = tuple(row for e in estimates for row in _rows([e], has_model=False))
    columns = (_QUANTITY, *_number_columns(level), _N, _UNSCORED, _BETTER)
    return Table(caption="All quantities", columns=columns, groups=(Group(rows=rows),))


def slice_tables(
    sliced: Sequence[Estimate], whole: Sequence[Estimate], level: float
) -> tuple[Table, ...]:
    """Return one table for each slice column; a dashed line marks the whole suite's value."""
    reference = {e.quantity.id: e.value for e in whole}
    columns = sorted({e.slice[0] for e in sliced if e.slice})
    return tuple(_slice_table(column, sliced, reference, level) for column in columns)


def in_slice_order(sliced: Sequence[Estimate]) -> list[Estimate]:
    """Return each column whose values are all numbers in their order, and others as given."""
    ordered = list(sliced)
    columns: dict[str, list[int]] = {}
    for place, estimate in enumerate(sliced):
        columns.setdefault(estimate.slice[0] if estimate.slice else "", []).append(place)
    for places in columns.values():
        peers = [sliced[place] for place in places]
        with suppress(ValueError):
            peers.sort(key=lambda e: float(e.slice[1]) if e.slice else 0.0)
        for place, peer in zip(places, peers, strict=True):
            ordered[place] = peer
    return ordered


def _slice_table(
    column: str, sliced: Iterable[Estimate], reference: dict[str, float | None], level: float
) -> Table:
    chosen = [e for e in sliced if e.slice and e.slice[0] == column]
    groups = []
    for peers in _by_quantity(chosen):
        scale, quantity = scale_for(peers), peers[0].quantity
        rows = tuple(
            (
                Cell(e.slice[1] if e.slice else ""),
                *_number_cells(e, scale, reference=reference.get(quantity.id)),
                *_count_cells(e),
            )
            for e in peers
        )
        groups.append(
            Group(title=f"{quantity.id}  {DIRECTION_WORDS[quantity.direction]}", rows=rows)
        )
    columns = (Column(title=column, key="name"), *_number_columns(level), _N, _UNSCORED)
    return Table(caption=f"By {column}", columns=columns, groups=tuple(groups))


def single_loads(loads: Iterable[str]) -> list[str]:
    """Return the loads in their order, without the shapes that several of them share.

    >>> single_loads(["", "poisson=1,in=8,out=8", "poisson=2,in=8,out=8", "in=8,out=8"])
    ['poisson=1,in=8,out=8', 'poisson=2,in=8,out=8']
    """
    known = [load for load in dict.fromkeys(loads) if load]
    return [load for load in known if not any(other.endswith(f",{load}") for other in known)]


def _rows(
    peers: Sequence[Estimate], *, has_model: bool, manifest: Manifest | None = None
) -> Iterable[tuple[Cell, ...]]:
    """One row per model for the same quantity, on one scale and in one unit."""
    unit = shown_unit(peers[0].quantity, (e.value for e in peers))
    shown = [in_unit(e, unit) for e in peers]
    scale = scale_for(shown)
    for e in shown:
        mark = None if manifest is None else mark_of(e, manifest)
        yield (
            _name_cell(e, unit.word, mark),
            *((Cell(e.model),) if has_model else ()),
            *_number_cells(e, scale),
            *_count_cells(e),
            Cell(DIRECTION_WORDS[e.quantity.direction]),
        )


def _name_cell(e: Estimate, unit: str, mark: LoadMark | None) -> Cell:
    """Name a quantity; what was timed is told with its unit and its load below."""
    q = e.quantity
    name = q.stem if q.load else q.id
    remark = q.load if mark is None else f"{q.load}, {mark.word}"
    note = q.definition if mark is None else f"{q.definition}; {mark.sentence}"
    return Cell(f"{name}, {unit}" if unit else name, note=note, remark=remark)


def _number_columns(level: float) -> tuple[Column, Column, Column]:
    return (
        Column(title="Value", key="value", is_number=True),
        Column(title=f"{format_level(level)} interval", key="interval", is_number=True),
        Column(title="On its scale", key="bar", is_bar=True, note="Dot: value. Line: interval."),
    )


def _number_cells(
    e: Estimate, scale: Scale, *, reference: float | None = None
) -> tuple[Cell, Cell, Cell]:
    method = f"{format_level(e.interval.level)}, {e.interval.method}" if e.interval else ""
    clusters = f"; {format_count(e.n_clusters)} clusters" if e.n_clusters != e.n else ""
    return (
        Cell(format_value(e), order=e.value, remark=e.note),
        Cell(
            format_interval(e),
            order=e.interval.low if e.interval else None,
            note=f"{method}{clusters}" if e.interval else e.note,
        ),
        Cell(
            "" if e.value is not None else ABSENT,
            order=e.value,
            bar=interval_bar(e, scale, reference=reference),
        ),
    )


def _count_cells(e: Estimate) -> tuple[Cell, Cell]:
    return (
        Cell(format_count(e.n), order=e.n),
        Cell(format_count(e.n_unscored), order=e.n_unscored),
    )


def _suites(run: Run) -> tuple[str, ...]:
    """Suites in the order of the plan, then any that only estimates know."""
    planned = (evaluation.suite for evaluation in run.manifest.evaluations)
    return tuple(dict.fromkeys([*planned, *(e.suite for e in run.estimates)]))


def _at_few_loads(estimates: Sequence[Estimate]) -> tuple[list[Estimate], str]:
    """Return the first and the last load alone where there are many, and say so."""
    loads = single_loads(e.quantity.load for e in estimates)
    if len(loads) <= _MOST_LOADS:
        return list(estimates), ""
    return (
        [e for e in estimates if e.quantity.load not in loads[1:-1]],
        f", the first and the last of {format_count(len(loads))} loads",
    )


def _by_quantity(estimates: Sequence[Estimate]) -> Iterable[list[Estimate]]:
    order = {key: i for i, key in enumerate(dict.fromkeys(e.quantity.id for e in estimates))}
    ranked = sorted(estimates, key=lambda e: order[e.quantity.id])
    return [list(peers) for _, peers in groupby(ranked, key=lambda e: e.quantity.id)]
