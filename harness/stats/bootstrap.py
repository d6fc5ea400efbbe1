"""The bootstrap as re-weighting: a replicate is the same data under multinomial weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Reduce: TypeAlias = Callable[[Floats, Floats], Floats]

N_RESAMPLES = 2000
MIN_RESAMPLES = 400
"""Fewest resamples, however many samples there are: the ends of the interval then still have a
Monte-Carlo error of about an eighth of its half-width."""
MAX_UNITS = 2000
"""Beyond this many independent units they are pooled at random into this many groups: the
spread is then known to 1/sqrt(2·2000) = 1.6 %, at a cost that no longer grows with n."""
_BLOCK_FLOATS = 8_000_000
"""Weights held at a time: 64 MB, and as much again in a metric that sorts them."""
_TOTAL_FLOATS = 100_000_000
"""Weights made in all: beyond 50,000 samples the number of resamples sinks."""
_MIN_UNITS = 2
_MIN_DEFINED = 0.95
_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Replicates:
    """Values of q quantities in b resamples."""

    values: Floats
    """(b, q), NaN where a resample leaves a quantity undefined."""
    seed: int

    def percentile_interval(self, column: int, level: float) -> tuple[float, float] | None:
        """Percentile interval of one quantity (Efron 1979).

        Returns:
            None when over 5 % of resamples are undefined, and when all of them agree: a sample
            without spread (every answer right, a single sample) tells nothing of the spread
            outside it, and an interval of no width would claim certainty.
        """
        values = self._defined(column)
        if values.size < _MIN_DEFINED * len(self.values):
            return None
        if np.ptp(values) <= _NO_SPREAD * max(1.0, float(np.abs(values).max())):
            return None
        low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def stderr(self, column: int) -> float | None:
        """Standard deviation over resamples, which is the standard error of the value.

        Returns:
            None when over 5 % of resamples are undefined.
        """
        values = self._defined(column)
        if values.size < max(2.0, _MIN_DEFINED * len(self.values)):
            return None
        return float(values.std(ddof=1))

    def _defined(self, column: int) -> Floats:
        values = self.values[:, column]
        return values[np.isfinite(values)]


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
        n_resamples: b; fewer are made of very many samples, never below ``MIN_RESAMPLES``.

    Returns:
        The replicates; all NaN with fewer than two independent units.
    """
    rng = np.random.default_rng(seed)
    n = len(statistics)
    units = _units(n, clusters, rng)
    if _n_units(units) < _MIN_UNITS:
        n_quantities = reduce(statistics, np.ones((1, n))).shape[1]
        return Replicates(np.full((n_resamples, n_quantities), np.nan), seed)
    if clusters is None and _repeats_itself(statistics, rng):
        rows, counts = np.unique(statistics, axis=0, return_counts=True)
        if len(rows) <= min(MAX_UNITS, n // 2):
            blocks = _count_weights(counts, rng, n_resamples)
            return _replicates(reduce, rows, blocks, seed)
    affordable = max(MIN_RESAMPLES, _TOTAL_FLOATS // n)
    blocks = _unit_weights(units, rng, min(n_resamples, affordable))
    return _replicates(reduce, statistics, blocks, seed)


def _replicates(
    reduce: Reduce, statistics: Floats, blocks: Iterator[Floats], seed: int
) -> Replicates:
    return Replicates(np.concatenate([reduce(statistics, weights) for weights in blocks]), seed)


def _count_weights(
    counts: Integers, rng: np.random.Generator, n_resamples: int
) -> Iterator[Floats]:
    """Yield (block, rows) weights: how often each distinct row is drawn."""
    total = int(counts.sum())
    for size in _block_sizes(n_resamples, len(counts)):
        yield rng.multinomial(total, counts / total, size=size).astype(np.float64)


def _unit_weights(units: Integers, rng: np.random.Generator, n_resamples: int) -> Iterator[Floats]:
    """Yield (block, n) weights: how often the unit of each sample is drawn."""
    n_units = _n_units(units)
    for size in _block_sizes(n_resamples, max(n_units, len(units))):
        draws = rng.integers(n_units, size=(size, n_units))
        draws += np.arange(size)[:, None] * n_units
        times = np.bincount(draws.ravel(), minlength=size * n_units).reshape(size, n_units)
        yield times.astype(np.float64)[:, units]


def _block_sizes(n_resamples: int, width: int) -> Iterator[int]:
    block = max(1, _BLOCK_FLOATS // width)
    for start in range(0, n_resamples, block):
        yield min(block, n_resamples - start)


def _repeats_itself(statistics: Floats, rng: np.random.Generator) -> bool:
    """Tell from a few thousand rows whether pooling equal ones can pay, before sorting them all."""
    n_tried = 2 * MAX_UNITS
    if len(statistics) <= n_tried:
        return True
    tried = statistics[rng.integers(len(statistics), size=n_tried)]
    return len(np.unique(tried, axis=0)) <= MAX_UNITS


def _units(n: int, clusters: Integers | None, rng: np.random.Generator) -> Integers:
    """Return the unit of each row, at most MAX_UNITS of them."""
    codes = (
        np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1].ravel()
    )
    n_units = _n_units(codes)
    if n_units <= MAX_UNITS:
        return codes.astype(np.int64)
    groups = rng.permutation(n_units) % MAX_UNITS
    return groups[codes].astype(np.int64)


def _n_units(codes: Integers) -> int:
    return int(codes.max()) + 1 if codes.size else 0
