"""The difference of two proportions has the published intervals, and a p that agrees."""

from __future__ import annotations

import pytest

from harness.core.estimate import Interval
from harness.stats.newcombe import interval_p, newcombe_interval
from harness.stats.proportion import exact_interval, wilson_interval


def of_counts(first: tuple[int, int], second: tuple[int, int], level: float = 0.95) -> Interval:
    own = wilson_interval(*first, level), wilson_interval(*second, level)
    assert own[0] is not None
    assert own[1] is not None
    return newcombe_interval((first[0] / first[1], second[0] / second[1]), (own[0], own[1]))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, page 873, table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = of_counts(first, second)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_p_is_where_the_interval_reaches_no_difference() -> None:
    counts = (48, 80), (56, 70)
    p = interval_p(lambda level: of_counts(*counts, level), 0.2)
    assert of_counts(*counts, 1 - p).low == pytest.approx(0.0, abs=1e-9)
    assert interval_p(lambda level: of_counts((5, 10), (9, 18), level), 0.0) == 1.0
    assert interval_p(lambda level: of_counts((0, 900), (900, 900), level), 1.0) == 1e-12


@pytest.mark.parametrize(("hits", "trials"), [(0, 3), (1, 5), (4, 4)])
def test_the_exact_interval_is_scipys(hits: int, trials: int) -> None:
    from scipy.stats import binomtest

    found = exact_interval(hits, trials, 0.9)
    expected = binomtest(hits, trials).proportion_ci(0.9, method="exact")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
