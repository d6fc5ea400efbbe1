import numpy as np
import pytest

from harness.stats.weighted_counts import sums_by_code


@pytest.mark.parametrize("n", [0, 1, 7, 999, 1000, 1500])
def test_long_and_short_rows_are_added_up_alike(n: int) -> None:
    rng = np.random.default_rng(n)
    codes, weights = rng.integers(0, 5, size=n), rng.random((3, n))
    expected = weights @ np.eye(6)[codes]
    assert sums_by_code(codes, 6, weights) == pytest.approx(expected, abs=1e-10)
