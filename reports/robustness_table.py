"""Perturbations of a suite, one row each: what they change, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.comparison import Difference
from harness.core.robustness import Disturbed, Drop, Overall, Robustness
from harness.core.score import Quantity
from harness.reports.closeness_cells import closeness_cells, closeness_columns, measures_of
from harness.reports.estimate_tables import DIRECTION_WORDS
from harness.reports.finding_words import method_of, values_of
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_level,
    format_p,
)
from harness.reports.robustness_words import (
    change_text,
    effect_of,
    share_text,
    value_text,
)
from harness.reports.table import Cell, Column, Group, Table

_OVERALL = {
    "worst": (
        "worst of each sample",
        "mean over samples of the worst value on the original and on every variant (HELM)",
    ),
    "mean": ("mean of all", "mean over samples of the mean over perturbations"),
}


def drop_table(found: Robustness, quantities: Sequence[Quantity]) -> Table:
    """Return a row for each perturbation, and one for all of them, under each quantity."""
    level = format_level(found.level)
    # They are the same beside every quantity, and are told once.
    is_lead = any(quantity.id == found.lead for quantity in quantities)
    measures = measures_of(row.closeness for row in found.disturbed) if is_lead else ()
    columns = (
        Column(title="Perturbation", key="name"),
        Column(title="Finding", note=f"after Holm's correction over the perturbations, {level}"),
        Column(title="Clean", is_number=True, note="on the samples scored on both sides"),
        Column(title="Disturbed", is_number=True),
        Column(title="Change", is_number=True, note=f"disturbed - clean, {level} interval"),
        Column(title="p, adjusted", is_number=True, note="of no change, Holm's correction"),
        Column(title="Answers flipped", is_number=True, note="share of answers that are another"),
        Column(title="Texts changed", is_number=True),
        Column(title="Pairs", is_number=True, note="samples scored on both sides"),
        *closeness_columns(measures),
    )
    groups = tuple(
        Group(
            title=f"{quantity.id}  {DIRECTION_WORDS[quantity.direction]}",
            rows=(*_rows(found, quantity, measures), *_overall_rows(found, quantity, measures)),
        )
        for quantity in quantities
    )
    return Table(
        caption=f"Perturbations of {found.suite}, {found.model}", columns=columns, groups=groups
    )


def headline_quantities(found: Robustness) -> tuple[Quantity, ...]:
    """Return the quantities that were held against the clean suite's, that which leads first."""
    known = {
        drop.difference.quantity.id: drop.difference.quantity
        for row in found.disturbed
        for drop in row.drops
    }
    return tuple(sorted(known.values(), key=lambda quantity: quantity.id != found.lead))


def _rows(
    found: Robustness, quantity: Quantity, measures: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    for row in found.disturbed:
        for drop in row.drops:
            if drop.difference.quantity.id == quantity.id:
                yield _row(row, drop, found.level, measures)


def _row(row: Disturbed, drop: Drop, level: float, measures: Sequence[str]) -> tuple[Cell, ...]:
    d = drop.difference
    before, after = values_of(d)
    n_left_out = row.n_failed_clean + row.n_failed
    alone = ""
    if row.n_flipped_alone:
        alone = f"{format_count(row.n_flipped_alone)} with the text as it was"
    return (
        Cell(row.perturbation, remark=row.note),
        Cell(effect_of(row, drop, level).value),
        Cell(before, order=d.baseline),
        Cell(after, order=d.candidate),
        Cell(change_text(d), order=d.difference, note=_method(d), remark=_why(d)),
        Cell(format_p(drop.p_adjusted), order=drop.p_adjusted),
        Cell(
            share_text(row.flipped), order=row.flipped.value if row.flipped else None, remark=alone
        ),
        Cell(
            f"{format_count(row.changed.n_hits)} of {format_count(row.changed.n)}",
            order=row.changed.n_hits,
        ),
        Cell(
            format_count(d.n),
            order=d.n,
            remark=f"{format_count(n_left_out)} left out" if n_left_out else "",
            note="neither failures nor answers that could not be read have a part in it",
        ),
        *closeness_cells(row.closeness, measures),
    )


def _method(d: Difference) -> str:
    return "; ".join(filter(None, (method_of(d), d.note)))


def _why(d: Difference) -> str:
    """Say why there is no interval, or no number at all."""
    return "" if d.interval is not None else d.note


def _overall_rows(
    found: Robustness, quantity: Quantity, measures: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    for one in found.overall:
        if one.difference.quantity.id == quantity.id:
            yield _overall_row(one, measures)


def _overall_row(one: Overall, measures: Sequence[str]) -> tuple[Cell, ...]:
    d = one.difference
    name, note = _OVERALL[one.kind]
    n_left_out = one.n_left_out
    text = value_text(d.candidate, one.interval)
    return (
        Cell(name, note=note),
        Cell(""),
        Cell(values_of(d)[0], order=d.baseline),
        Cell(text, order=d.candidate),
        Cell(change_text(d), order=d.difference, remark=_why(d)),
        Cell(ABSENT),
        Cell(ABSENT),
        Cell(ABSENT),
        Cell(
            format_count(d.n),
            order=d.n,
            remark=f"{format_count(n_left_out)} left out" if n_left_out else "",
            note="samples scored on the original and on every variant",
        ),
        *closeness_cells((), measures),
    )
