"""The bootstrap as re-weighting: a replicate is the same data under multinomial weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Reduce: TypeAlias = Callable[[Floats, Floats], Floats]

N_RESAMPLES = 2000
MAX_UNITS = 2000
"""Beyond this many independent units they are pooled at random into this many groups: the
spread is then known to 1/sqrt(2·2000) = 1.6 %, at a cost that no longer grows with n."""
_BLOCK_FLOATS = 4_000_000


@dataclass(frozen=True, slots=True)
class Replicates:
    """Values of q quantities in b resamples."""

    values: Floats
    """(b, q), NaN where a resample leaves a quantity undefined."""
    seed: int

    def percentile_interval(self, column: int, level: float) -> tuple[float, float] | None:
        """Percentile interval of one quantity; None when over 5 % of resamples are undefined."""
        values = self.values[:, column]
        values = values[np.isfinite(values)]
        if values.size < 0.95 * len(self.values):
            return None
        low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def stderr(self, column: int) -> float | None:
        """Standard deviation over resamples."""
        values = self.values[:, column]
        values = values[np.isfinite(values)]
        return float(values.std(ddof=1)) if values.size > 1 else None


def bootstrap(
    reduce: Reduce,
    statistics: Floats,
    *,
    seed: int,
    clusters: Integers | None = None,
    n_resamples: int = N_RESAMPLES,
) -> Replicates:
    """Resample independent units with replacement and reduce each resample.

    Nothing is re-scored. Equal rows are pooled first, so that metrics on counts (F1, MCC) cost
    the same for ten thousand samples as for ten.

    Args:
        reduce: (statistics (n, k), weights (b, n)) -> (b, q), a functional of weights.
        statistics: (n, k).
        seed: of a generator of its own.
        clusters: (n,) cluster codes; whole clusters are drawn.
        n_resamples: b.
    """
    rng = np.random.default_rng(seed)
    if clusters is None and statistics.size:
        rows, counts = np.unique(statistics, axis=0, return_counts=True)
        if len(rows) <= min(MAX_UNITS, len(statistics) // 2):
            return _of_counts(reduce, rows, counts, rng, n_resamples, seed)
    return _of_units(
        reduce, statistics, _units(len(statistics), clusters, rng), rng, n_resamples, seed
    )


def _of_counts(
    reduce: Reduce,
    rows: Floats,
    counts: Integers,
    rng: np.random.Generator,
    n_resamples: int,
    seed: int,
) -> Replicates:
    total = int(counts.sum())
    weights = rng.multinomial(total, counts / total, size=n_resamples).astype(np.float64)
    return Replicates(reduce(rows, weights), seed)


def _of_units(
    reduce: Reduce,
    statistics: Floats,
    units: Integers,
    rng: np.random.Generator,
    n_resamples: int,
    seed: int,
) -> Replicates:
    n_units = int(units.max()) + 1 if units.size else 0
    block = max(1, _BLOCK_FLOATS // max(1, len(statistics)))
    parts = []
    for start in range(0, n_resamples, block):
        size = min(block, n_resamples - start)
        draws = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=size)
        parts.append(reduce(statistics, draws.astype(np.float64)[:, units]))
    return Replicates(np.concatenate(parts), seed)


def _units(n: int, clusters: Integers | None, rng: np.random.Generator) -> Integers:
    """Return the unit of each row, at most MAX_UNITS of them."""
    codes = (
        np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1].ravel()
    )
    n_units = int(codes.max()) + 1 if n else 0
    if n_units <= MAX_UNITS:
        return codes.astype(np.int64)
    groups = rng.permutation(n_units) % MAX_UNITS
    return groups[codes].astype(np.int64)
