"""Every number on bias beside what it would be without, of one suite and of a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.core.bias import Bias, Effect, Probed
from harness.reports.bias_words import (
    chance_words,
    finding_words,
    interval_words,
    listed,
    value_words,
    verdict_words,
    with_spread,
)
from harness.reports.interval_bar import IntervalBar, Scale, interval_bar, scale_for
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_level,
    format_number,
    format_p,
    spread_of,
)
from harness.reports.table import Cell, Column, Group, Table, text_table


def effect_table(found: Probed, level: float) -> Table:
    """Return a row for each number, grouped by quantity."""
    columns = (
        Column(title="About", key="name"),
        Column(title="Value", is_number=True),
        Column(title=f"{format_level(level)} interval", is_number=True),
        Column(title="Without bias", is_number=True),
        Column(title="On its scale", is_bar=True, note="Upright line: the value without bias."),
        Column(title="p, adjusted", is_number=True, note="Holm's correction over the groups"),
        Column(title="n", is_number=True),
        Column(title="Difference", note="from the value without bias"),
    )
    names = dict.fromkeys(effect.estimate.quantity.id for effect in found.effects)
    groups = tuple(
        Group(
            title=name,
            rows=tuple(
                _row(effect, _scale(effect.reading.scale, found.effects))
                for effect in found.effects
                if effect.estimate.quantity.id == name
            ),
        )
        for name in names
    )
    if len(groups) > len(found.probe.readings) or all(len(group.rows) == 1 for group in groups):
        groups = (Group(rows=tuple(_named(group) for group in groups for _ in group.rows)),)
    return Table(
        caption=f"{found.suite}, {found.model}: numbers on bias", columns=columns, groups=groups
    )


def overview_table(bias: Bias) -> Table:
    """Return a row for each suite and model."""
    columns = (
        Column(title="Suite", key="name"),
        Column(title="Model"),
        Column(title="What was probed"),
        Column(title="Asked about"),
        Column(title="n", is_number=True),
        Column(title="First number"),
        Column(title="Without bias", is_number=True),
        Column(title="Finding"),
    )
    return text_table("What was probed for bias", columns, [_overview(one) for one in bias.probed])


def _overview(one: Probed) -> tuple[Cell | str, ...]:
    lead = next((effect for effect in one.effects if effect.estimate.value is not None), None)
    first = Cell(ABSENT)
    if lead is not None:
        first = Cell(with_spread(lead), remark=lead.estimate.quantity.id)
    n = one.n_scored if lead is None else lead.estimate.n
    return (
        one.suite,
        one.model,
        one.probe.way.value,
        listed(one.subjects or one.groups) or ABSENT,
        Cell(
            format_count(n),
            order=n,
            remark=f"of {format_count(one.n_samples)}" if n < one.n_samples else "",
        ),
        first,
        value_words(lead.reading.reference, lead.reading, None, points="") if lead else ABSENT,
        verdict_words(one),
    )


def _row(effect: Effect, scale: Scale) -> tuple[Cell, ...]:
    e, reading, spread = effect.estimate, effect.reading, spread_of(effect.estimate)
    return (
        Cell(effect.group or "all"),
        Cell(value_words(e.value, reading, spread, points="points"), order=e.value, remark=e.note),
        Cell(chance_words(effect) or interval_words(e.interval, reading, spread) or ABSENT),
        Cell(value_words(reading.reference, reading, None, points=""), order=reading.reference),
        Cell("", bar=_bar(effect, scale)),
        Cell(format_p(effect.p_adjusted), order=effect.p_adjusted),
        Cell(format_count(e.n), order=e.n),
        Cell(finding_words(effect)),
    )


def _bar(effect: Effect, scale: Scale) -> IntervalBar | None:
    reading = effect.reading
    estimate = effect.estimate
    if effect.most_by_chance is not None:
        estimate = replace(estimate, interval=None)
    drawn = interval_bar(estimate, scale, reference=reading.reference)
    if drawn is None or reading.scale == "number":
        return drawn
    unit = " %" if reading.scale == "share" else ""
    low, high = (f"{format_number(100 * end, digits=3)}{unit}" for end in (scale.low, scale.high))
    return replace(drawn, ends=(low, high))


def _named(group: Group) -> tuple[Cell, ...]:
    """Return the only row of a group under the name of its quantity."""
    (row,) = group.rows
    return (replace(row[0], text=group.title), *row[1:])


def _scale(kind: str, effects: Sequence[Effect]) -> Scale:
    """Return the range of all numbers of a kind, for rows are held against each other.

    Shares have 0 to 1, others what holds their intervals and the value without bias, and nothing
    that none of them can be.
    """
    if kind == "share":
        return Scale(0.0, 1.0)
    mine = [effect for effect in effects if effect.reading.scale == kind]
    free = [
        replace(effect.estimate, quantity=replace(effect.estimate.quantity, low=None, high=None))
        for effect in mine
    ]
    at_reference = replace(free[0], value=mine[0].reading.reference, interval=None)
    scale = scale_for([at_reference, *free])
    quantities = [effect.estimate.quantity for effect in mine]
    lows = [each.low for each in quantities if each.low is not None]
    highs = [each.high for each in quantities if each.high is not None]
    return Scale(
        max(scale.low, min(lows)) if len(lows) == len(mine) else scale.low,
        min(scale.high, max(highs)) if len(highs) == len(mine) else scale.high,
    )
