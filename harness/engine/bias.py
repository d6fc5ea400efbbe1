"""Holds the numbers of a bias probe against what they would be without bias."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from scipy.stats import t as student

from harness.core.bias import Effect, Probe, Reading, Shown
from harness.core.estimate import Estimate
from harness.stats.multiplicity import holm

Part: TypeAlias = tuple[str, tuple[str, str] | None]
"""Id of a quantity, and the slice that it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTest:
    """What a suite's own test says of one number."""

    p_value: float
    p_adjusted: float
    detail: str = ""
    """Which group is lowest and which is highest."""
    most_by_chance: float | None = None
    """Upper end of what groups dealt out at random come to."""
    untested: str = ""
    """Why it can tell nothing; empty where it can."""


def p_of_interval(estimate: Estimate, reference: float) -> float | None:
    """Return the two-sided p-value that an interval has for a reference (Altman and Bland 2011).

    The half of the interval that faces the reference is taken for so many standard errors of
    Student's t with one degree of freedom less than there are clusters: p is at most one minus the
    level exactly where the interval leaves the reference out.

    Args:
        estimate: any.
        reference: the value that is tested.

    Returns:
        None without a value or an interval, or where fewer than two clusters were scored.
    """
    interval, value = estimate.interval, estimate.value
    if interval is None or value is None or estimate.n_clusters < 2:  # noqa: PLR2004 - no spread
        return None
    if value == reference:
        return 1.0
    end = interval.low if value > reference else interval.high
    freedom = estimate.n_clusters - 1
    half = abs(value - end)
    if half == 0:
        return None
    n_errors = abs(value - reference) / half * student.ppf(0.5 + interval.level / 2, freedom)
    return float(2 * student.sf(n_errors, freedom))


def effects_of(
    probe: Probe,
    estimates: Sequence[Estimate],
    own_tests: Mapping[str, OwnTest],
    level: float,
    sign_tests: Mapping[Part, float | None] | None = None,
) -> tuple[Effect, ...]:
    """Return the numbers that a probe names, of the whole suite first and then group by group.

    Args:
        probe: of one metric.
        estimates: of one suite on one model.
        own_tests: by quantity id, from its charts.
        level: tests are at one minus it.
        sign_tests: p-values that take the place of the interval's, by quantity id and slice.
    """
    signs = sign_tests or {}
    found: list[Effect] = []
    for name, reading in probe.readings.items():
        mine = [each for each in estimates if each.quantity.id == name]
        whole = [each for each in mine if each.slice is None]
        groups = [each for each in mine if each.slice and each.slice[0] == probe.column]
        for family in (whole, groups):
            tested = [_tested(each, reading, estimates, own_tests, signs) for each in family]
            corrected = list(_corrected(tested))
            n_tests = sum(effect.p_value is not None for effect in corrected)
            found += (_told(_in_reach(effect, n_tests, 1 - level), level) for effect in corrected)
    return tuple(found)


def _tested(
    estimate: Estimate,
    reading: Reading,
    estimates: Iterable[Estimate],
    own_tests: Mapping[str, OwnTest],
    sign_tests: Mapping[Part, float | None],
) -> Effect:
    group = estimate.slice[1] if estimate.slice else ""
    effect = Effect(estimate=estimate, reading=reading, group=group)
    if reading.test == "interval":
        part = (estimate.quantity.id, estimate.slice)
        by_interval = p_of_interval(estimate, reading.reference)
        return replace(effect, p_value=sign_tests.get(part, by_interval))
    if reading.test == "none":
        return effect
    if reading.p_quantity:
        wanted = (reading.p_quantity, estimate.slice)
        return replace(effect, p_value=_value_of(wanted, estimates))
    own = own_tests.get(estimate.quantity.id)
    if own is None or estimate.slice is not None:
        return effect
    return replace(
        effect,
        p_value=own.p_value,
        p_adjusted=own.p_adjusted,
        detail=own.detail,
        most_by_chance=own.most_by_chance,
        untested=own.untested,
    )


def _value_of(wanted: Part, estimates: Iterable[Estimate]) -> float | None:
    return next((e.value for e in estimates if (e.quantity.id, e.slice) == wanted), None)


def _corrected(family: Sequence[Effect]) -> Iterator[Effect]:
    """Adjust the p-values that are not adjusted yet over the groups of one quantity."""
    tests = [
        effect.p_value
        for effect in family
        if effect.p_value is not None and effect.p_adjusted is None
    ]
    adjusted = iter(holm(np.array(tests, dtype=np.float64)).tolist())
    for effect in family:
        is_open = effect.p_value is not None and effect.p_adjusted is None
        yield replace(effect, p_adjusted=next(adjusted)) if is_open else effect


def _in_reach(effect: Effect, n_tests: int, alpha: float) -> Effect:
    """Say so of a number whose test could show nothing after Holm's correction, whatever it is."""
    least, why = effect.reading.least_p.get(effect.group, (0.0, ""))
    if effect.p_adjusted is None or effect.p_adjusted <= alpha or n_tests * least <= alpha:
        return effect
    others = " beside so many other tests" if least <= alpha else ""
    return replace(effect, untested=f"{why}{others}")


def _told(effect: Effect, level: float) -> Effect:
    return replace(effect, shown=_shown(effect, level))


def _shown(effect: Effect, level: float) -> Shown:
    value, reading = effect.estimate.value, effect.reading
    if value is None:
        return Shown.UNKNOWN
    if effect.p_adjusted is None or effect.untested:
        return Shown.UNTESTED
    if effect.p_adjusted > 1 - level:
        return Shown.NOT_SHOWN
    if value > reading.reference:
        return Shown.ABOVE
    # A test of one side alone says nothing of the other.
    return Shown.BELOW if reading.below else Shown.NOT_SHOWN
