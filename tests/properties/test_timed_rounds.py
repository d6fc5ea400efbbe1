"""Rounds that take turns: how often noise passes for a change, and how often a change is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, comparison, side
from fakes.toy_rounds import ToyTiming
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.core.history import Point, Series
from harness.core.judgement import Finding
from harness.core.policy import Gate, Policy
from harness.core.verdict import Verdict
from harness.engine.alarms import alarms_of
from harness.engine.compare import compare_pair
from harness.engine.history import with_shifts
from harness.engine.judge import Context, judge
from harness.stats.paired_runs import needed_pairs
from harness.stats.power import power

Floats: TypeAlias = NDArray[np.float64]

TPOT = ToyTiming()
NOISE = 0.015
"""Standard deviation of a round's logarithm, as on a quiet machine."""
N_STUDIES = 800
STRICT = Policy(gate=(Gate(metric="tpot*", margin=0.0),))


def difference(a: Floats, b: Floats) -> Difference:
    """Compare rounds that took turns."""
    found = compare_pair(side({TPOT: a[:, None]}), side({TPOT: b[:, None]}), [TPOT], SETTINGS)
    (row,) = found.differences
    return row


def finding(a: Floats, b: Floats, policy: Policy) -> Finding:
    sides = side({TPOT: a[:, None]}), side({TPOT: b[:, None]})
    found = compare_pair(*sides, [TPOT], SETTINGS)
    (judged,) = judge([comparison(found)], Context(policy=policy))
    (only,) = judged.gates
    return only


def races(
    seed: int, *, k: int = 8, slower: float = 1.0, n: int = N_STUDIES
) -> Iterator[tuple[Floats, Floats]]:
    """Yield studies of two models: each pair drifts together, and each round has its own luck."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        drift = np.exp(np.cumsum(rng.normal(0, 0.02, size=k)))
        a, b = 0.02 * drift * np.exp(rng.normal(0, NOISE, size=(2, k)))
        yield a, slower * b


def share(found: list[Finding], *verdicts: Verdict) -> float:
    return float(np.mean([each.verdict in verdicts for each in found]))


def test_equal_models_are_called_unequal_as_often_as_alpha_says() -> None:
    found = [finding(a, b, STRICT) for a, b in races(0)]
    n_sides = share(found, Verdict.REGRESSED, Verdict.IMPROVED)
    # Three standard errors of a share of five in a hundred.
    assert n_sides <= 0.05 + 3 * (0.05 * 0.95 / N_STUDIES) ** 0.5
    holds = [
        each.difference.interval is not None
        and each.difference.interval.low <= 0 <= each.difference.interval.high
        for each in found
    ]
    assert np.mean(holds) == pytest.approx(0.95, abs=0.02)


def test_by_default_equal_models_hardly_ever_sound() -> None:
    found = [finding(a, b, Policy()) for a, b in races(1, n=500)]
    assert share(found, Verdict.REGRESSED) <= 0.025
    assert share(found, Verdict.EQUIVALENT) > 0.8


@pytest.mark.parametrize("slower", [1.02, 1.05])
def test_a_slowdown_is_found_with_the_power_that_is_computed(slower: float) -> None:
    k = 8
    found = [finding(a, b, STRICT) for a, b in races(2, k=k, slower=slower)]
    stderr = NOISE * (2 / k) ** 0.5
    expected = power(float(np.log(slower)), stderr, degrees_of_freedom=k - 1)
    assert share(found, Verdict.REGRESSED) == pytest.approx(expected, abs=0.035)
    assert share(found, Verdict.IMPROVED) < 0.005


def test_five_per_cent_are_found_with_eight_pairs_and_the_default_margin() -> None:
    found = [finding(a, b, Policy()) for a, b in races(3, slower=1.05, n=500)]
    assert share(found, Verdict.REGRESSED) > 0.97


def test_what_is_detectable_is_found_four_times_in_five() -> None:
    rows = [difference(a, b) for a, b in races(4, n=1200)]
    printed = [(row.detectable or 0.0) / (row.baseline or 1.0) for row in rows]
    # Of the spread that eight pairs show it is the square that is right on average.
    detectable = float(np.sqrt(np.mean(np.square(printed))))
    found = [finding(a, b, STRICT) for a, b in races(5, slower=1 + detectable)]
    assert share(found, Verdict.REGRESSED) == pytest.approx(0.8, abs=0.045)


def test_as_many_rounds_as_are_said_to_be_needed_decide() -> None:
    k = needed_pairs(0.03, 2 * NOISE**2)
    found = [finding(a, b, Policy()) for a, b in races(6, k=k, n=600)]
    assert share(found, Verdict.EQUIVALENT) > 0.8


def test_a_night_of_a_steady_machine_is_quiet_and_a_slowdown_is_heard() -> None:
    rng = np.random.default_rng(7)
    n_lines, n_nights, n_series = 40, 40, 12
    heard = missed = 0
    for _ in range(n_lines):
        values = 0.02 * np.exp(rng.normal(0, NOISE / 8**0.5, size=(n_series, n_nights)))
        heard += bool(alarms_of(nights(values), Policy(history_alpha=0.1)))
        slowed = values.copy()
        slowed[0, -2:] *= 1.05
        alarms = alarms_of(nights(slowed), Policy())
        missed += all(alarm.suite != "speed 0" or alarm.is_better for alarm in alarms)
    assert heard <= 0.1 * n_lines + 3 * (0.1 * 0.9 * n_lines) ** 0.5
    assert missed <= 1


def nights(values: Floats) -> list[Series]:
    """Return one series of eight rounds a night for each row."""
    return [
        with_shifts(
            Series(
                line="main",
                model="m",
                suite=f"speed {number}",
                metric="toy",
                quantity=replace(TPOT.quantities[0]),
                suite_hash="a",
                data_hash="b",
                points=tuple(
                    Point(run_id=f"{night:04d}", at=f"{night:04d}", value=float(value), n=8)
                    for night, value in enumerate(row)
                ),
            )
        )
        for number, row in enumerate(values)
    ]
