"""Changes of level are dated, measured in the number's own units, and told better from worse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.core.history import Point, Series
from harness.core.score import Direction, Quantity
from harness.engine.history import is_better, with_shifts

RNG = np.random.default_rng(5)
STEADY = RNG.normal(0.81, 0.005, 60)


def series_of(
    values: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]],
    *,
    direction: Direction = Direction.HIGHER,
    high: float | None = 1.0,
) -> Series:
    return Series(
        line="main",
        model="m",
        suite="s",
        metric="confusion",
        quantity=Quantity(id="q", direction=direction, definition="a number", high=high),
        suite_hash="a",
        data_hash="b",
        points=tuple(
            Point(run_id=f"run-{night:03d}", at=f"2026-01-01T{night:03d}", value=float(value))
            for night, value in enumerate(values)
        ),
    )


@pytest.mark.parametrize(
    ("direction", "expected"),
    [(Direction.HIGHER, False), (Direction.LOWER, True), (Direction.NEITHER, None)],
)
def test_a_fall_is_dated_and_judged_by_the_direction(
    direction: Direction,
    expected: bool | None,  # noqa: FBT001 - a case of the parameters
) -> None:
    values = STEADY.copy()
    values[40:] -= 0.07

    (shift,) = with_shifts(series_of(values, direction=direction)).shifts

    assert (shift.run_id, shift.at) == ("run-040", "2026-01-01T040")
    assert shift.before == pytest.approx(values[:40].mean())
    assert shift.after == pytest.approx(values[40:].mean())
    assert shift.p_value == 0.005
    assert shift.is_better is expected


def test_two_changes_lie_between_three_levels() -> None:
    values = STEADY.copy()
    values[20:40] += 0.05

    first, second = with_shifts(series_of(values)).shifts

    assert (first.run_id, second.run_id) == ("run-020", "run-040")
    assert (first.is_better, second.is_better) == (True, False)
    assert first.after == second.before


def test_times_are_compared_in_proportion_and_told_in_seconds() -> None:
    values = 0.04 * np.exp(RNG.normal(0, 0.05, 60))
    values[30:] *= 1.5

    (shift,) = with_shifts(series_of(values, direction=Direction.LOWER, high=None)).shifts

    assert shift.run_id == "run-030"
    assert shift.before == pytest.approx(values[:30].mean())
    assert shift.after == pytest.approx(0.06, rel=0.05)
    assert shift.is_better is False


def test_a_number_without_bound_may_be_zero() -> None:
    values = np.repeat([0.0, 3.0], 15)

    (shift,) = with_shifts(series_of(values, direction=Direction.LOWER, high=None)).shifts

    assert (shift.before, shift.after, shift.is_better) == (0.0, 3.0, False)


@pytest.mark.parametrize(("level", "high"), [(0.412, 1.0), (1.0, None)])
def test_another_order_of_adding_up_is_no_change(level: float, high: float | None) -> None:
    values = np.full(40, level)
    values[20:] += 4e-16

    assert with_shifts(series_of(values, high=high)).shifts == ()


def test_one_answer_that_changed_for_good_is_a_change() -> None:
    (shift,) = with_shifts(series_of(np.repeat([0.412, 0.413], 15))).shifts

    assert shift.run_id == "run-015"
    assert (shift.before, shift.after) == pytest.approx((0.412, 0.413))


@pytest.mark.parametrize("values", [(), (0.5,), (0.5,) * 9, (0.5,) * 40])
def test_short_or_constant_series_have_no_shift(values: tuple[float, ...]) -> None:
    assert with_shifts(series_of(values)).shifts == ()


def test_earlier_shifts_are_replaced() -> None:
    once = with_shifts(series_of(np.repeat([0.4, 0.6], 15)))

    assert with_shifts(once) == once


def test_a_move_within_rounding_is_neither_better_nor_worse() -> None:
    quantity = series_of(()).quantity
    assert is_better(quantity, 0.3, 0.1 + 0.2) is None
    assert is_better(quantity, 0.3, 0.4) is True
