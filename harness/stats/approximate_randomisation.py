"""The permutation test of a corpus metric: the answers of two models change places."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.bootstrap import Reduce
from harness.stats.permutation import N_PERMUTATIONS
from harness.stats.pooling import units_of

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_ROUNDING = 1e-12
_BLOCK_FLOATS = 4_000_000


def approximate_randomisation(
    reduce: Reduce,
    statistics_a: Floats,
    statistics_b: Floats,
    *,
    seed: int,
    clusters: Integers | None = None,
    n_permutations: int = N_PERMUTATIONS,
) -> Floats:
    """Swap the models' rows sample by sample, at random, and reduce both sides anew.

    Noreen (1989, Computer-Intensive Methods for Testing Hypotheses); Riezler and Maxwell (2005)
    for machine translation. Unlike the bootstrap it keeps its level with few samples, and gives
    no interval. The rows of a cluster change places together; pool the rows of additive metrics
    first, as for the bootstrap.

    Args:
        reduce: (statistics (n, k), weights (b, n)) -> (b, q), a functional of weights.
        statistics_a: (n, k) of the first model.
        statistics_b: (n, k) of the second, on the same samples in the same order.
        seed: of a generator of its own.
        clusters: (n,) cluster codes, or None when samples are independent.
        n_permutations: B.

    Returns:
        (q,) two-sided p, (1 + c) / (1 + B); NaN where the difference is undefined. A permutation
        that leaves it undefined counts as one as far from 0 as observed.
    """
    rng = np.random.default_rng(seed)
    units = units_of(len(statistics_a), clusters, rng)
    n_units = int(units.max()) + 1 if units.size else 0
    stacked = np.concatenate([statistics_a, statistics_b])

    def distances(is_swapped: Floats) -> Floats:
        keep, swap = 1 - is_swapped, is_swapped
        first = reduce(stacked, np.hstack([keep, swap]))
        distance: Floats = np.abs(reduce(stacked, np.hstack([swap, keep])) - first)
        return distance

    observed = distances(np.zeros((1, units.size)))[0]
    n_nearer = np.zeros(observed.size)
    block = max(1, _BLOCK_FLOATS // max(1, 2 * units.size))
    for start in range(0, n_permutations, block):
        size = min(block, n_permutations - start)
        is_swapped = rng.integers(0, 2, size=(size, n_units)).astype(np.float64)[:, units]
        n_nearer += (distances(is_swapped) < observed * (1 - _ROUNDING)).sum(axis=0)
    p_values = (1 + n_permutations - n_nearer) / (1 + n_permutations)
    return np.where(np.isfinite(observed), p_values, np.nan)
