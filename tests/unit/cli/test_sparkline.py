"""A line of blocks has one block a value, or a block for several."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.cli.sparkline import sparkline

FINITE = st.floats(-1e12, 1e12)


@given(st.lists(FINITE, max_size=100), st.integers(1, 40))
def test_it_is_as_wide_as_it_may_be(values: list[float], width: int) -> None:
    drawn = sparkline(values, width=width)

    assert len(drawn) == min(width, len(values))
    assert set(drawn) <= set("▁▂▃▄▅▆▇█")


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=24, unique=True))
def test_the_smallest_is_the_lowest_and_the_largest_the_highest(values: list[int]) -> None:
    drawn = sparkline([float(value) for value in values])

    assert drawn[values.index(min(values))] == "▁"
    assert drawn[values.index(max(values))] == "█"


def test_a_thousand_nights_are_averaged() -> None:
    assert sparkline([0.0] * 500 + [1.0] * 500, width=4) == "▁▁██"


def test_a_constant_is_flat_whatever_its_sums_round_to() -> None:
    assert set(sparkline([0.412] * 500)) == {"▄"}
