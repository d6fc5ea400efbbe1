"""Gaps of which so many are tested that a thousand permutations can show none of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core.figure import FigureKind
from harness.suites.metrics import group_permutation
from harness.suites.metrics.group_fairness import GroupFairness
from harness.suites.metrics.group_permutation import Exchange, gap_tests
from harness.suites.metrics.group_rates import group_gaps, group_rates
from harness.suites.metrics.group_tables import Tables, drawn_gaps
from harness.suites.metrics.grouping import Grouping

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_PARITY = "demographic_parity_difference[c0]"


def metric(n_groupings: int) -> GroupFairness:
    groupings = tuple(
        Grouping(name=f"c{place}", columns=(f"c{place}",), groups=("a", "b"))
        for place in range(n_groupings)
    )
    return GroupFairness(labels=("no", "yes"), groupings=groupings, positive="yes")


def rows(n: int, n_groupings: int) -> Floats:
    """Take every sample of the first column's second group and none of its first."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2, (n, n_groupings))
    codes[:, 0] = np.arange(n) % 2
    return np.column_stack([np.arange(n) // 2 % 2, codes[:, 0], codes]).astype(np.float64)


@pytest.mark.parametrize(("n_groupings", "level"), [(11, 0.95), (3, 0.99), (1, 0.999)])
def test_a_gap_that_no_permutation_reaches_is_shown_among_many(
    monkeypatch: pytest.MonkeyPatch, n_groupings: int, level: float
) -> None:
    monkeypatch.setattr(group_permutation, "N_PERMUTATIONS", 100)
    figure, *_ = metric(n_groupings).charts(rows(400, n_groupings), None, level)
    assert figure.kind is FigureKind.GROUP_GAPS
    gaps: Any = figure.data["gaps"]
    tests = {gap["id"]: gap["if_equal"] for gap in gaps}
    assert tests[_PARITY]["p_adjusted"] < (1 - level) / 10
    others = [test["p_adjusted"] for name, test in tests.items() if not name.endswith("[c0]")]
    assert all(p > 1 - level for p in others)


def test_samples_of_clusters_are_given_new_groups_one_by_one_and_more_often() -> None:
    codes = np.arange(80) // 2 % 2
    taken = codes == 1

    def gaps(drawn: Integers) -> dict[str, float]:
        return {"gap": abs(float(taken[drawn == 0].mean() - taken[drawn == 1].mean()))}

    exchange = Exchange(codes=codes, clusters=np.arange(80) // 2)
    test = gap_tests(gaps, exchange, ("gap",), level=0.95, n_tests=15)["gap"]
    assert (test.n_as_far, test.n_permutations) == (0, 6000), "20 for each of 15 tests at 0.05"
    bounded = gap_tests(gaps, exchange, ("gap",), level=0.95, n_tests=100)["gap"]
    assert bounded.n_permutations == 11_000
    alike = gap_tests(gaps, Exchange(codes=np.arange(80) % 2), ("gap",), level=0.95, n_tests=15)
    assert alike["gap"].n_permutations == 1000, "what many permutations reach needs no more"


def test_tables_have_the_gaps_that_permuted_codes_have() -> None:
    rng = np.random.default_rng(3)
    n, n_groups = 300, 3
    kinds = rng.integers(0, 2, (n, 2)).astype(np.float64)
    codes = rng.choice([-1, 0, 0, 0, 1, 1, 2], n)
    targets = kinds[:, 0].astype(np.int64)
    exchange = Exchange(codes=codes, strata=targets)
    seen_rows: list[Floats] = []
    seen_counts: list[Floats] = []

    def of_counts(cells: Floats, counts: Floats) -> dict[str, Floats]:
        seen_rows.append(cells)
        seen_counts.append(counts)
        return dict(group_gaps(group_rates(cells, counts, n_groups, 2)))

    tables = Tables(kinds=kinds, gaps=of_counts)
    (by_tables,) = drawn_gaps(tables, codes, targets, 4000, rng)
    (cells,), (counts,) = seen_rows, seen_counts
    for group in range(n_groups):
        for target in (0, 1):
            chosen = (cells[:, 2] == group) & (cells[:, 0] == target)
            size = int(((codes == group) & (targets == target)).sum())
            assert set(counts[:, chosen].sum(axis=1)) == {float(size)}, "groups keep their sizes"
    ones = np.ones((1, n))
    one_by_one = [
        group_gaps(group_rates(np.column_stack([kinds, drawn]), ones, n_groups, 2))
        for drawn in exchange.draws(1500, rng)
    ]
    for name in ("equalized_odds_difference", "equal_opportunity_difference"):
        expected = np.array([float(gaps[name][0]) for gaps in one_by_one])
        quantiles = (0.1, 0.5, 0.9, 0.99)
        assert np.quantile(by_tables[name], quantiles) == pytest.approx(
            np.quantile(expected, quantiles), abs=0.03
        )
        assert by_tables[name].mean() == pytest.approx(expected.mean(), abs=0.008)
