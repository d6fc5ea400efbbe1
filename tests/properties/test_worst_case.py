"""The worst case over perturbations is never above any one of them, whatever the scores."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, side
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.robustness import drops_of, overall_of, values_on_each
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.rouge import Rouge

MATCH = ExactMatch()
_TABLES = st.integers(2, 5).flatmap(
    lambda n_sides: st.lists(
        st.lists(st.sampled_from([0.0, 1.0]), min_size=n_sides, max_size=n_sides),
        min_size=12,
        max_size=30,
    )
)


@given(table=_TABLES)
@settings(max_examples=40, deadline=None)
def test_the_worst_case_is_no_better_than_any_variant(table: list[list[float]]) -> None:
    columns = np.array(table)
    sides = [
        side({MATCH: np.repeat(column[:, None], len(MATCH.columns), axis=1)})
        for column in columns.T
    ]

    values = values_on_each(sides[0], sides[1:], [MATCH])
    worst, mean = overall_of(sides[0], [MATCH], values, SETTINGS)
    drops = [drops_of(sides[0], twin, [MATCH], SETTINGS)[0].difference for twin in sides[1:]]

    bottom = worst.difference.candidate
    assert bottom is not None
    assert all(d.candidate is not None and bottom <= d.candidate for d in drops)
    assert worst.difference.baseline is not None
    assert bottom <= worst.difference.baseline
    assert bottom == columns.min(axis=1).mean()
    assert mean.difference.candidate == pytest.approx(columns[:, 1:].mean())


@given(seed=st.integers(0, 10_000), n_twins=st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_so_it_is_on_a_scale(seed: int, n_twins: int) -> None:
    metric = Rouge()
    rng = np.random.default_rng(seed)
    sides = [side({metric: rng.random((20, len(metric.columns)))}) for _ in range(n_twins + 1)]

    values = values_on_each(sides[0], sides[1:], [metric])

    for found in overall_of(sides[0], [metric], values, SETTINGS):
        table = values[found.difference.quantity.id]
        assert found.difference.candidate is not None
        assert found.difference.candidate <= table.mean(axis=0).max() + 1e-12
        if found.kind == "worst":
            assert found.difference.candidate <= table.mean(axis=0).min() + 1e-12
