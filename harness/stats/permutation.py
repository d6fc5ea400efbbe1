"""The sign-flip permutation test of paired differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.pooling import units_of

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

N_PERMUTATIONS = 10_000
MAX_EXACT_UNITS = 20
"""Up to a million sign patterns are counted one by one."""
_ROUNDING = 1e-12
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignFlipTest:
    """How unusual the mean difference is when the two models are the same."""

    p_value: float
    """Two-sided."""
    is_exact: bool
    """Whether every sign pattern was counted; otherwise p is (1 + c) / (1 + B)."""
    n_permutations: int
    """Sign patterns counted or drawn."""
    n_units: int
    """Independent units that differ; the others tell nothing of the sign."""
    seed: int


def sign_flip_test(
    differences: Floats,
    *,
    seed: int,
    clusters: Integers | None = None,
    n_permutations: int = N_PERMUTATIONS,
) -> SignFlipTest:
    """Flip the signs of differences: were the models alike, each sign would be a coin's.

    The differences of a cluster flip together. Exact with up to ``MAX_EXACT_UNITS`` units that
    differ (Fisher 1935); else B patterns are drawn, and the observed one counts with them
    (Phipson and Smyth 2010). Units beyond two thousand flip in random groups, which keeps the
    level: a group's common sign is a coin's as well.

    Args:
        differences: (n,).
        seed: of a generator of its own.
        clusters: (n,) cluster codes, or None when samples are independent.
        n_permutations: B.

    >>> sign_flip_test(np.array([0.2, 0.1, 0.4, 0.3, 0.2, 0.1]), seed=0).p_value
    0.03125
    """
    rng = np.random.default_rng(seed)
    units = units_of(differences.size, clusters, rng)
    sums: Floats = np.bincount(units, weights=differences).astype(np.float64)
    # Within a unit opposite differences may leave only rounding.
    size = np.bincount(units, weights=np.abs(differences))
    sums = sums[np.abs(sums) > _ROUNDING * size]
    reached = abs(float(sums.sum())) - _ROUNDING * float(np.abs(sums).sum())
    is_exact = sums.size <= MAX_EXACT_UNITS
    if is_exact:
        totals = _all_totals(sums)
        p_value = float((np.abs(totals) >= reached).mean())
        n_permutations = 2**sums.size
    else:
        n_as_far = _count_drawn(sums, reached, rng, n_permutations)
        p_value = (1 + n_as_far) / (1 + n_permutations)
    return SignFlipTest(
        p_value=p_value,
        is_exact=is_exact,
        n_permutations=n_permutations,
        n_units=sums.size,
        seed=seed,
    )


def _all_totals(sums: Floats) -> Floats:
    """Return the totals under every sign pattern whose first sign is +: the others mirror them."""
    totals = sums[:1] if sums.size else np.zeros(1)
    for value in sums[1:]:
        totals = np.concatenate([totals + value, totals - value])
    return totals


def _count_drawn(
    sums: Floats, reached: float, rng: np.random.Generator, n_permutations: int
) -> int:
    n_as_far = 0
    block = max(1, _BLOCK // sums.size)
    for start in range(0, n_permutations, block):
        shape = (min(block, n_permutations - start), sums.size)
        is_flipped = rng.integers(0, 2, size=shape, dtype=np.int8)
        totals = sums.sum() - 2 * (is_flipped @ sums)
        n_as_far += int((np.abs(totals) >= reached).sum())
    return n_as_far
