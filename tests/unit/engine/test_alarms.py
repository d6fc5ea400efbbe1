"""An alarm sounds for what is unlike the nights before, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core.history import Point, Series
from harness.core.noise import Noise
from harness.core.policy import Policy
from harness.core.score import Direction, Quantity
from harness.engine.alarms import alarms_of
from harness.engine.history import with_shifts

Floats: TypeAlias = NDArray[np.float64]
POLICY = Policy()
SPREAD = 0.005
NOISE = Noise(
    model="m",
    suite="s",
    quantity="q",
    suite_hash="a",
    data_hash="b",
    fingerprint="f",
    values=(0.5, 0.6),
    spread=0.07,
    floor=0.2,
    flip_rate=None,
    n=1000,
)


def steady(n: int = 60, seed: int = 3) -> Floats:
    return np.random.default_rng(seed).normal(0.8, SPREAD, n)


def series_of(
    values: Floats,
    *,
    suite: str = "s",
    direction: Direction = Direction.HIGHER,
    high: float | None = 1.0,
    n: int = 1000,
) -> Series:
    return Series(
        line="main",
        model="m",
        suite=suite,
        metric="confusion",
        quantity=Quantity(id="q", direction=direction, definition="a number", high=high),
        suite_hash="a",
        data_hash="b",
        points=tuple(
            Point(run_id=f"run-{night:03d}", at=f"2026-{night:03d}", value=float(value), n=n)
            for night, value in enumerate(values)
        ),
    )


def test_a_steady_night_is_quiet() -> None:
    assert alarms_of([series_of(steady())], POLICY) == ()
    assert alarms_of([], POLICY) == ()


def test_a_fall_sounds_at_once_and_is_confirmed_the_next_night() -> None:
    history = steady()
    fallen = np.append(history, [0.8 - 10 * SPREAD] * 2)

    (first,) = alarms_of([series_of(fallen[:-1])], POLICY)
    (second,) = alarms_of([series_of(fallen)], POLICY)

    assert (first.model, first.suite, first.quantity.id) == ("m", "s", "q")
    assert first.value == fallen[-1]
    assert first.median == np.median(history)
    assert first.n == 60
    assert first.z < -5
    assert first.p_adjusted <= POLICY.history_alpha
    assert first.is_better is False
    assert (first.is_confirmed, second.is_confirmed) == (False, True)


def test_a_smaller_fall_sounds_when_it_stays() -> None:
    history = np.append(steady(40), [0.8 - 4.2 * SPREAD] * 2)
    others = [series_of(steady(42, seed), suite=f"s{seed}") for seed in range(40, 60)]

    first = alarms_of([series_of(history[:-1]), *others], POLICY)
    second = alarms_of([series_of(history), *others], POLICY)

    assert first == ()
    (alarm,) = second
    assert alarm.is_confirmed


def test_one_bad_night_does_not_sound_the_next() -> None:
    after = np.append(steady(), [0.5, 0.799])

    assert alarms_of([series_of(after)], POLICY) == ()


def test_what_has_happened_before_is_no_alarm() -> None:
    history = steady()
    history[30] = 0.7

    assert alarms_of([series_of(np.append(history, 0.7))], POLICY) == ()
    assert alarms_of([series_of(np.append(history, 0.71))], POLICY) == ()
    assert alarms_of([series_of(np.append(history, 0.69))], POLICY)
    assert alarms_of([series_of(np.append(history, 0.9))], POLICY)


def test_a_fall_that_stays_goes_on_to_sound() -> None:
    """Its own nights are none of those that it is compared with, whichever of them is lowest."""
    fallen = np.append(steady(), 0.7 + steady(8, seed=4) - 0.8)

    for n_fallen in range(2, 9):
        (alarm,) = alarms_of([series_of(fallen[: 60 + n_fallen])], POLICY)
        assert alarm.is_confirmed


@pytest.mark.parametrize(("n", "is_heard"), [(100, False), (100_000, True)])
def test_whole_samples_may_hide_half_a_step_of_the_spread(n: int, is_heard: bool) -> None:  # noqa: FBT001 - a case of the parameters
    counts = 0.8 + np.tile([-0.01, 0.0, 0.01], 14)

    assert bool(alarms_of([series_of(np.append(counts, 0.74), n=n)], POLICY)) is is_heard


def test_a_rise_after_a_fall_confirms_nothing() -> None:
    (alarm,) = alarms_of([series_of(np.append(steady(), [0.7, 0.9]))], POLICY)

    assert alarm.is_better is True
    assert not alarm.is_confirmed


@pytest.mark.parametrize(("n_before", "is_heard"), [(19, False), (20, True)])
def test_a_short_history_raises_no_alarm(n_before: int, is_heard: bool) -> None:  # noqa: FBT001 - a case of the parameters
    values = np.append(steady(n_before), 0.2)

    assert bool(alarms_of([series_of(values)], POLICY)) is is_heard
    assert bool(alarms_of([series_of(values)], Policy(min_history=10)))


def test_one_answer_in_a_thousand_is_no_alarm_after_weeks_without_any() -> None:
    exact = np.full(40, 0.412)

    assert alarms_of([series_of(np.append(exact, 0.412))], POLICY) == ()
    assert alarms_of([series_of(np.append(exact, 0.411))], POLICY) == ()
    (alarm,) = alarms_of([series_of(np.append(exact, 0.392))], POLICY)
    assert alarm.is_better is False


def test_a_change_in_a_perfect_error_rate_is_heard() -> None:
    values = np.append(np.zeros(30), 5.0)

    (alarm,) = alarms_of([series_of(values, direction=Direction.LOWER, high=None)], POLICY)

    assert alarm.is_better is False
    assert np.isfinite(alarm.z)


def test_numbers_of_an_unknown_number_of_samples_that_never_differed_stay_quiet() -> None:
    values = np.append(np.full(30, 0.5), 0.7)

    assert alarms_of([series_of(values, n=0)], POLICY) == ()


def test_what_a_study_of_noise_has_seen_is_no_alarm() -> None:
    fallen = [series_of(np.append(steady(), 0.7))]
    another = [
        replace(NOISE, model="other"),
        replace(NOISE, suite="other"),
        replace(NOISE, quantity="other"),
        replace(NOISE, suite_hash="other"),
        replace(NOISE, data_hash="other"),
        replace(NOISE, slice=("language", "de")),
    ]

    assert alarms_of(fallen, POLICY, noise=another)
    assert alarms_of(fallen, POLICY, noise=[*another, NOISE]) == ()


def test_noise_of_a_time_is_seconds_and_its_comparison_is_not() -> None:
    times = 0.04 * np.exp(np.random.default_rng(0).normal(0, 0.02, 41))
    times[-1] = 0.06
    slow = [series_of(times, direction=Direction.LOWER, high=None)]

    assert alarms_of(slow, POLICY, noise=[replace(NOISE, spread=0.002)])
    assert alarms_of(slow, POLICY, noise=[replace(NOISE, spread=0.02)]) == ()


def test_time_is_compared_in_proportion() -> None:
    times = 0.04 * np.exp(np.random.default_rng(0).normal(0, 0.05, 41))
    times[-1] = 0.02

    (alarm,) = alarms_of([series_of(times, direction=Direction.LOWER, high=None)], POLICY)
    (in_ms,) = alarms_of([series_of(1000 * times, direction=Direction.LOWER, high=None)], POLICY)

    assert alarm.is_better is True
    assert alarm.median == np.median(times[:-1])
    assert in_ms.z == pytest.approx(alarm.z)


def test_what_has_no_better_side_sounds_without_a_judgement() -> None:
    values = np.append(steady(), 0.6)

    (alarm,) = alarms_of([series_of(values, direction=Direction.NEITHER)], POLICY)

    assert alarm.is_better is None


def test_the_look_goes_back_to_the_last_shift() -> None:
    """A return to the level before would be nothing new to the whole history."""
    values = np.concatenate([steady(60), steady(40, seed=4) + 0.05, [0.8]])
    whole = series_of(values)

    (alarm,) = alarms_of([with_shifts(whole)], POLICY)

    assert alarm.n == 40
    assert alarm.median == np.median(values[60:100])
    assert alarms_of([whole], POLICY) == ()


def test_a_recent_shift_leaves_the_shortest_history_to_look_back_on() -> None:
    values = np.concatenate([steady(60), steady(8, seed=4) + 0.05, [0.2]])

    (alarm,) = alarms_of([with_shifts(series_of(values))], POLICY)

    assert alarm.n == POLICY.min_history


def test_an_earlier_run_is_judged_by_what_was_known_then() -> None:
    values = np.concatenate([steady(), [0.7], steady(30, seed=5)])
    series = [series_of(values)]

    (alarm,) = alarms_of(series, POLICY, run_id="run-060")

    assert (alarm.value, alarm.n) == (0.7, 60)
    assert alarms_of(series, POLICY, run_id="no such run") == ()


def test_a_series_that_ended_before_is_not_judged() -> None:
    ended = series_of(np.append(steady(), 0.2), suite="ended")

    assert alarms_of([ended, series_of(steady(70))], POLICY) == ()


def test_more_series_ask_for_more() -> None:
    fallen = series_of(np.append(steady(40), 0.8 - 4.5 * SPREAD))
    others = [series_of(steady(41, seed), suite=f"s{seed}") for seed in range(100, 200)]

    assert alarms_of([fallen], POLICY)
    assert alarms_of([fallen, *others], POLICY) == ()


def test_the_most_unlikely_comes_first() -> None:
    falls = [
        series_of(np.append(steady(), 0.8 - depth), suite=f"{depth}") for depth in (0.06, 0.2, 0.1)
    ]

    assert [alarm.suite for alarm in alarms_of(falls, POLICY)] == ["0.2", "0.1", "0.06"]
