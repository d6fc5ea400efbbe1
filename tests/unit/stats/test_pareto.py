"""What is optimal by two counts, against the definition taken word for word."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.pareto import pareto_optimal

POINTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


@given(POINTS)
def test_no_other_is_as_good_on_both_and_better_on_one(points: list[tuple[int, int]]) -> None:
    x, y = (np.array([point[i] for point in points], dtype=float) for i in (0, 1))

    expected = [
        not any(a >= c and b >= d and (a, b) != (c, d) for a, b in points) for c, d in points
    ]

    assert pareto_optimal(x, y).tolist() == expected
