"""All models and suites of a run beside each other: how each bears what was done to its texts."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.robustness import Overall, Robustness
from harness.reports.finding_words import values_of
from harness.reports.number_format import ABSENT, format_estimate
from harness.reports.robustness_attacks import SUCCESS, hardest, number_of
from harness.reports.robustness_words import Effect, change_text, judged, value_text, verdict_words
from harness.reports.table import Cell, Column, Table, text_table


def overview_table(found: Sequence[Robustness]) -> Table:
    """Return a row for each model and suite."""
    columns = (
        Column(title="Suite", key="name"),
        Column(title="Model"),
        Column(title="Finding"),
        Column(title="Quantity"),
        Column(title="Clean", is_number=True),
        Column(title="Worst of each sample", is_number=True),
        Column(title="Mean of all", is_number=True),
        Column(title="Costliest perturbation", is_number=True),
        Column(title="Hardest attack turns", is_number=True),
    )
    return text_table("Robustness by suite and model", columns, [_row(one) for one in found])


def _row(one: Robustness) -> tuple[Cell | str, ...]:
    worst, mean = (_overall(one, kind) for kind in ("worst", "mean"))
    return (
        one.suite,
        one.model,
        verdict_words(one) or ABSENT,
        one.lead or ABSENT,
        Cell(ABSENT) if worst is None else _clean(worst),
        _cell(worst),
        _cell(mean),
        _costliest(one),
        _hardest(one),
    )


def _overall(one: Robustness, kind: str) -> Overall | None:
    return next(
        (
            each
            for each in one.overall
            if each.kind == kind and each.difference.quantity.id == one.lead
        ),
        None,
    )


def _clean(overall: Overall) -> Cell:
    return Cell(values_of(overall.difference)[0], order=overall.difference.baseline)


def _cell(overall: Overall | None) -> Cell:
    if overall is None:
        return Cell(ABSENT)
    value = overall.difference.candidate
    return Cell(value_text(value, overall.interval), order=value)


def _costliest(one: Robustness) -> Cell:
    rows = judged(one, one.lead) if one.lead else []
    known = [row for row in rows if row.effect in {Effect.DROPS, Effect.NOT_SHOWN}]
    if not known:
        return Cell(ABSENT)
    worst = max(known, key=lambda row: row.drop.loss or 0.0)
    d = worst.drop.difference
    return Cell(change_text(d), order=d.difference, remark=worst.row.perturbation)


def _hardest(one: Robustness) -> Cell:
    attack = hardest(one)
    success = attack and number_of(attack, SUCCESS)
    if attack is None or not success:
        return Cell(ABSENT)
    return Cell(format_estimate(success), order=success.value, remark=attack.attack)
