"""A line of thirty steady series is quiet; a shift of five spreads is heard within two nights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core.history import Alarm, Point, Series
from harness.core.policy import Policy
from harness.core.score import Direction, Quantity
from harness.engine.alarms import alarms_of
from harness.engine.history import with_shifts

Floats: TypeAlias = NDArray[np.float64]
Draw: TypeAlias = Callable[[np.random.Generator, int], Floats]

N_SERIES = 30
SPREAD = 0.005
SHARE = Quantity(id="accuracy", direction=Direction.HIGHER, definition="share right")
TIME = Quantity(id="seconds", direction=Direction.LOWER, definition="wall time", high=None)
STRICT = Policy()
LOOSE = Policy(history_alpha=0.1)
"""At one in ten, few nights are enough to tell the rate of false alarms from it."""


def line_of(values: Floats, quantity: Quantity = SHARE, n: int = 100_000) -> list[Series]:
    """Return one series for each row."""
    return [
        Series(
            line="main",
            model="m",
            suite=f"suite {number}",
            metric="a",
            quantity=quantity,
            suite_hash="a",
            data_hash="b",
            points=tuple(
                Point(run_id=f"{night:04d}", at=f"{night:04d}", value=float(value), n=n)
                for night, value in enumerate(row)
            ),
        )
        for number, row in enumerate(values)
    ]


def normal(rng: np.random.Generator, n_nights: int) -> Floats:
    return rng.normal(0.8, SPREAD, (N_SERIES, n_nights))


def lognormal(rng: np.random.Generator, n_nights: int) -> Floats:
    return rng.lognormal(-3, 0.1, (N_SERIES, n_nights))


def dependent(rng: np.random.Generator, n_nights: int) -> Floats:
    """Quantities of one suite move together."""
    common = rng.normal(0, SPREAD, (1, n_nights))
    return 0.8 + 0.8 * common + 0.6 * rng.normal(0, SPREAD, (N_SERIES, n_nights))


def proportion(rng: np.random.Generator, n_nights: int) -> Floats:
    """A hundred samples, of which five are answered one way or the other by chance."""
    return 0.8 + rng.binomial(5, 0.5, (N_SERIES, n_nights)) / 100


def every_sample(rng: np.random.Generator, n_nights: int) -> Floats:
    """A hundred samples, all of which are answered by chance."""
    return rng.binomial(100, 0.8, (N_SERIES, n_nights)) / 100


@pytest.mark.parametrize(
    ("draw", "quantity", "n"),
    [
        (normal, SHARE, 100_000),
        (lognormal, TIME, 100_000),
        (dependent, SHARE, 100_000),
        (proportion, SHARE, 100),
        (every_sample, SHARE, 100),
    ],
    ids=["normal", "log-normal", "dependent", "few samples", "all by chance"],
)
def test_a_night_without_a_change_is_quiet(draw: Draw, quantity: Quantity, n: int) -> None:
    rng = np.random.default_rng(11)
    n_nights = 150

    n_heard = sum(
        bool(alarms_of(line_of(draw(rng, 31), quantity, n), LOOSE)) for _ in range(n_nights)
    )

    # Binomial: three standard errors above the level promised.
    most = LOOSE.history_alpha * n_nights
    assert n_heard <= most + 3 * (most * (1 - LOOSE.history_alpha)) ** 0.5


def flaky(rng: np.random.Generator, n_nights: int) -> Floats:
    """A deterministic model that one night in twenty answers six of a hundred otherwise."""
    return np.where(rng.random((N_SERIES, n_nights)) < 0.05, 0.74, 0.8)


def test_what_happens_now_and_then_sounds_only_until_it_has_happened() -> None:
    rng = np.random.default_rng(15)
    n_nights = 50

    n_heard = sum(bool(alarms_of(line_of(flaky(rng, 151), n=100), STRICT)) for _ in range(n_nights))

    assert n_heard <= 1  # 0.95^150 of 30 series have not seen it yet: one night in 1,400


def heard(values: Floats, night: int) -> list[Alarm]:
    """Return the alarms of the first series on one night."""
    found = alarms_of(line_of(values), STRICT, run_id=f"{night:04d}")
    return [alarm for alarm in found if alarm.suite == "suite 0"]


def test_a_shift_of_five_spreads_is_heard_by_its_second_night() -> None:
    rng = np.random.default_rng(12)
    n_lines, n_before = 60, 60
    n_second = n_confirmed = 0
    for _ in range(n_lines):
        values = normal(rng, n_before + 2)
        values[0, n_before:] -= 5 * SPREAD
        second = heard(values, n_before + 1)
        n_second += bool(second or heard(values, n_before))
        n_confirmed += any(alarm.is_confirmed for alarm in second)
        assert all(alarm.is_better is False for alarm in second)

    assert n_second >= 0.9 * n_lines
    assert n_confirmed >= 0.85 * n_lines


def test_a_shift_of_five_spreads_is_dated_to_the_night() -> None:
    rng = np.random.default_rng(13)
    n_lines, at = 20, 40
    n_dated = 0
    for _ in range(n_lines):
        values = normal(rng, 60)[:1]
        values[0, at:] -= 5 * SPREAD
        nights = [int(shift.run_id) for shift in with_shifts(line_of(values)[0]).shifts]
        n_dated += len(nights) == 1 and abs(nights[0] - at) <= 1

    assert n_dated >= 0.9 * n_lines


def test_a_steady_series_seldom_shows_a_shift() -> None:
    rng = np.random.default_rng(14)
    n_series = 300

    n_shifted = sum(
        bool(with_shifts(series, seed=seed).shifts)
        for seed in range(n_series // N_SERIES)
        for series in line_of(normal(rng, 60))
    )

    assert n_shifted <= 5  # 1.5 are expected
