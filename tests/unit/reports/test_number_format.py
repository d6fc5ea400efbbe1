from dataclasses import replace

import pytest
from fakes.synthetic_run import synthetic_run
from hypothesis import given
from hypothesis import strategies as st

from harness.core.estimate import Interval
from harness.reports.number_format import (
    ABSENT,
    MINUS,
    format_bounds,
    format_duration,
    format_estimate,
    format_interval,
    format_number,
    format_time,
    spread_of,
)

ESTIMATE = synthetic_run(n=1).estimates[0]


def interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=0.95, method="wilson")


@pytest.mark.parametrize(
    ("value", "spread", "expected"),
    [
        (0.81234, 0.0129, "0.812"),
        (0.81234, 0.00129, "0.8123"),
        (23.456, 1.2, "23.5"),
        (1234567.8, 900.0, "1,234,568"),
        (-0.0004, 0.013, "0.000"),
        (-0.25, 0.013, f"{MINUS}0.250"),
        (0.5, 1e-12, "0.500000"),
        (float("nan"), 0.1, ABSENT),
        (float("inf"), None, ABSENT),
        (None, 0.1, ABSENT),
        (0.0, None, "0"),
        (2.5e20, None, "2.500e+20"),
        (-2.5e-9, None, f"{MINUS}2.500e{MINUS}09"),
    ],
)
def test_digits_follow_the_spread(value: float | None, spread: float | None, expected: str) -> None:
    assert format_number(value, spread=spread) == expected


@pytest.mark.parametrize(
    ("low", "high", "spread", "expected"),
    [
        (0.787, 0.837, 0.0129, "[0.79, 0.84]"),
        (0.9811, 1.0, 0.0048, "[0.981, 1.000]"),
        (0.4951, 0.5049, 0.0025, "[0.495, 0.505]"),
        (21.1, 25.8, 1.2, "[21, 26]"),
        (0.47, 0.91, 0.15, "[0.47, 0.91]"),
        (16.57, 20.17, 0.92, "[16.6, 20.2]"),
        (0.1, 0.1, None, "[0.1, 0.1]"),
        (0.5001, 0.5004, 0.01, "[0.500, 0.500]"),
    ],
)
def test_interval_ends_have_one_digit_of_the_spread(
    low: float, high: float, spread: float | None, expected: str
) -> None:
    assert format_bounds(interval(low, high), spread) == expected


def test_value_and_interval_stand_together() -> None:
    estimate = replace(ESTIMATE, value=0.812, stderr=0.0129, interval=interval(0.787, 0.837))
    assert format_estimate(estimate) == "0.812 [0.79, 0.84]"


def test_spread_is_told_from_the_interval_where_the_standard_error_is_zero() -> None:
    estimate = replace(ESTIMATE, value=1.0, stderr=0.0, interval=interval(0.9, 1.0))
    assert spread_of(estimate) == pytest.approx(0.05 / 1.96)
    assert format_estimate(estimate) == "1.000 [0.90, 1.00]"


def test_an_estimate_without_value_or_interval_is_a_dash() -> None:
    estimate = replace(ESTIMATE, value=None, stderr=None, interval=None)
    assert (format_estimate(estimate), format_interval(estimate)) == (ABSENT, ABSENT)


@given(st.floats(-1e9, 1e9), st.floats(1e-5, 1e5))
def test_what_is_written_is_within_a_twentieth_of_the_spread(value: float, spread: float) -> None:
    text = format_number(value, spread=spread).replace(",", "").replace(MINUS, "-")
    resolution = 10.0 ** -len(text.partition(".")[2])
    assert abs(float(text) - value) <= resolution / 2 + abs(value) * 1e-15
    assert resolution <= max(spread / 10 * 1.001, 1.0)


def test_times_that_are_no_times_are_shown_as_they_are() -> None:
    assert format_time("yesterday") == "yesterday"
    assert format_time("") == ABSENT
    assert format_duration("2026-11-22T06:00:00+00:00", "") == ABSENT
    assert format_duration("2026-11-22T06:00:00+00:00", "2026-11-22T07:00:00") == ABSENT
    assert format_duration("2026-11-22T06:00:00+00:00", "2026-11-22T06:01:05+00:00") == "1 min 5 s"


def test_what_six_decimals_cannot_show_is_no_zero() -> None:
    interval = Interval(low=2.3e-9, high=4e-8, level=0.95, method="t")
    assert format_number(8e-9, spread=1e-9) == f"8.000e{MINUS}09"
    assert format_bounds(interval, 1e-9) == f"[2.300e{MINUS}09, 4.000e{MINUS}08]"
    assert format_number(1e-5, spread=0.02) == "0.000"  # there it is noise
