"""What is told of scores in several forms: functionals of weights over samples, and their null.

All take (n, f) scores, a row for each sample and a column for each form, and (b, n) weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

N_PERMUTATIONS = 2000
_GRID = np.linspace(-9.0, 9.0, 4001)
_BLOCK_FLOATS = 4_000_000


def form_means(scores: Floats, weights: Floats) -> Floats:
    """Return (b, f) weighted means of each form; NaN where the weights sum to 0."""
    total = weights.sum(axis=1, keepdims=True)
    means = np.full((len(weights), scores.shape[1]), np.nan)
    np.divide(weights @ scores, total, out=means, where=total > 0)
    return means


def spread_if_equal(scores: Floats, weights: Floats) -> Floats:
    """Return (b,) the spread to be expected if all forms were equally good.

    If they are, a sample's scores may change places among the forms: the expected spread is that
    under permutations within samples. The means of many samples are then normal with equal
    correlations, and the expected range of f such numbers is that of f independent ones with the
    variance within samples: d_f · sqrt(Σ w s²) / Σ w, s² being a sample's variance over forms
    (ddof 1). Where one sample alone differs between forms, its own range is what any permutation
    gives, and is taken. With two to nine that do, the normal theory is rough. Of answers that are
    right or wrong in up to six forms it gives an eighth too little to a quarter too much; in up to
    twenty, two fifths too little (two samples, one right in one form alone, one wrong in one alone)
    to half too much; from twenty-five samples on, an eighth at most. Of scores in between, where
    one sample may outweigh the rest, it gives up to twice as much.
    """
    total = weights.sum(axis=1)
    ranges = np.ptp(scores, axis=1)
    is_single = weights @ (ranges > 0).astype(np.float64) == 1
    normal = expected_range(scores.shape[1]) * np.sqrt(weights @ scores.var(axis=1, ddof=1))
    size = np.where(is_single, weights @ ranges, normal)
    expected = np.full(len(weights), np.nan)
    np.divide(size, total, out=expected, where=total > 0)
    return expected


@lru_cache(maxsize=64)
def expected_range(n: int) -> float:
    """Return the expected range of n independent standard normal numbers (Tippett 1925).

    >>> round(expected_range(2), 6), round(expected_range(10), 4)
    (1.128379, 3.0775)
    """
    below = ndtr(_GRID)
    return float(np.trapezoid(1 - below**n - (1 - below) ** n, _GRID))


def agreement(answers: Sequence[object]) -> float:
    """Return the share of pairs of forms with the same answer, in [0, 1]."""
    n = len(answers)
    counts = [answers.count(answer) for answer in answers]
    return (sum(counts) - n) / (n * (n - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadTest:
    """A spread beside those that permutations within samples give."""

    spread: float
    low: float
    """The spreads under permutation lie between this and ``high`` at the level asked for."""
    high: float
    p_value: float
    """Share of permutations with at least this spread, the data themselves among them."""
    n_permutations: int


def spread_test(
    scores: Floats,
    clusters: Integers | None,
    level: float,
    *,
    n_permutations: int = N_PERMUTATIONS,
    seed: int = 0,
) -> SpreadTest:
    """Test whether forms differ by more than chance.

    Args:
        scores: (n, f), n at least 1.
        clusters: (n,) cluster codes, whose samples change places together; None when samples are
            independent.
        level: of the range of spreads, in (0, 1).
        n_permutations: drawn at random.
        seed: of a generator of its own.
    """
    n = len(scores)
    sums = scores if clusters is None else _sums(scores, clusters)
    differs = np.ptp(sums, axis=1) > 0
    still, moving = sums[~differs].sum(axis=0), sums[differs]
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK_FLOATS // max(1, moving.size))
    spreads = []
    for start in range(0, n_permutations, block):
        size = min(block, n_permutations - start)
        places = rng.random((size, *moving.shape)).argsort(axis=2)
        permuted = np.take_along_axis(np.broadcast_to(moving, places.shape), places, axis=2)
        spreads.append(np.ptp(permuted.sum(axis=1) + still, axis=1) / n)
    found = np.concatenate(spreads)
    spread = float(np.ptp(sums.sum(axis=0)) / n)
    n_as_far = int((found >= spread - 1e-12).sum())
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = (float(end) for end in np.quantile(found, tails))
    return SpreadTest(
        spread=spread,
        low=low,
        high=high,
        p_value=(1 + n_as_far) / (1 + n_permutations),
        n_permutations=n_permutations,
    )


def _sums(scores: Floats, clusters: Integers) -> Floats:
    codes = np.unique(clusters, return_inverse=True)[1].ravel()
    return np.stack([np.bincount(codes, weights=column) for column in scores.T], axis=1)
