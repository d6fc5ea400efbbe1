"""Beside Student's p of rounds stands one that assumes no distribution."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, side
from fakes.toy_rounds import ToyTiming
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.engine.compare import compare_pair

METRIC = ToyTiming()


def row(a: NDArray[np.float64], b: NDArray[np.float64]) -> Difference:
    sides = side({METRIC: a[:, None]}), side({METRIC: b[:, None]})
    (found,) = compare_pair(*sides, [METRIC], SETTINGS).differences
    return found


@pytest.mark.parametrize("k", [6, 8])
def test_rounds_that_all_agree_have_the_least_p_that_their_number_allows(k: int) -> None:
    a = np.linspace(1.0, 1.2, k)

    found = row(a, a * np.linspace(1.05, 1.1, k))

    assert found.p_sign_flips == 2 / 2**k
    assert found.p_value is not None
    assert found.p_value < 2 / 2**k


def test_few_pairs_and_those_without_luck_have_none() -> None:
    few = row(np.array([1.0, 1.1, 1.2]), np.array([1.2, 1.2, 1.5]))
    assert (few.p_value, few.p_sign_flips) == (None, None)
    assert row(np.ones(8), np.full(8, 2.0)).p_sign_flips is None
