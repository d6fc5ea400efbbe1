"""Adding up statistics within independent units, so that resampling costs no more than it must."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

MAX_UNITS = 2000
"""Beyond this many independent units they are pooled at random into this many groups: the
spread is then known to 1/sqrt(2·2000) = 1.6 %, at a cost that no longer grows with n."""


def pooled_units(
    statistics: Floats, clusters: Integers | None, *, seed: int, max_units: int = MAX_UNITS
) -> Floats:
    """Return one row of summed statistics per unit.

    Args:
        statistics: (n, k), of a metric that depends on weighted sums alone.
        clusters: (n,) cluster codes, or None when each sample is a unit.
        seed: of the random grouping, where units are too many.
        max_units: at most this many rows come back.

    Returns:
        (units, k).
    """
    codes = units_of(len(statistics), clusters, np.random.default_rng(seed), max_units)
    n_units = int(codes.max()) + 1 if codes.size else 0
    if n_units == len(statistics):
        return statistics
    return np.stack(
        [np.bincount(codes, weights=column, minlength=n_units) for column in statistics.T], axis=1
    )


def units_of(
    n: int, clusters: Integers | None, rng: np.random.Generator, max_units: int = MAX_UNITS
) -> Integers:
    """Return the unit of each of n samples, numbered from 0, at most ``max_units`` of them."""
    codes = np.arange(n, dtype=np.int64)
    if clusters is not None:
        codes = np.unique(clusters, return_inverse=True)[1].ravel().astype(np.int64)
    n_units = int(codes.max()) + 1 if n else 0
    if n_units <= max_units:
        return codes
    return (rng.permutation(n_units) % max_units)[codes]
