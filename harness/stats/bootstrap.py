"""The bootstrap as re-weighting: a replicate is the same data under multinomial weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.pooling import MAX_UNITS, units_of
from harness.stats.replicates import Replicates, acceleration_of

__all__ = ["N_RESAMPLES", "Floats", "Integers", "Reduce", "Replicates", "bootstrap"]

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Reduce: TypeAlias = Callable[[Floats, Floats], Floats]

N_RESAMPLES = 2000
MIN_RESAMPLES = 400
"""Fewest resamples, however many samples there are: the ends of the interval then still have a
Monte-Carlo error of about an eighth of its half-width."""
N_JACKKNIFE_GROUPS = 100
"""Groups left out in turn for the acceleration: enough to know it to 0.004."""
_BLOCK_FLOATS = 8_000_000
"""Weights held at a time: 64 MB, and as much again in a metric that sorts them."""
_TOTAL_FLOATS = 100_000_000
"""Weights made in all: beyond 50,000 samples the number of resamples sinks."""
_MIN_UNITS = 2


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
    units = units_of(n, clusters, rng)
    n_units = int(units.max()) + 1 if n else 0
    point = reduce(statistics, np.ones((1, n)))[0]
    if n_units < _MIN_UNITS:
        nothing = np.full((n_resamples, point.size), np.nan)
        return Replicates(
            point=point, values=nothing, acceleration=nothing[0], n_units=n_units, seed=seed
        )
    pooled = _pooled(statistics, rng) if clusters is None else None
    if pooled is not None:
        rows, counts = pooled
        values = _reduced(reduce, rows, _count_weights(counts, rng, n_resamples))
        leave_out = reduce(rows, counts - np.eye(len(rows)))
        acceleration = acceleration_of(leave_out, counts.astype(np.float64))
        n_units = n
    else:
        affordable = max(MIN_RESAMPLES, _TOTAL_FLOATS // n)
        weights = _unit_weights(units, n_units, rng, min(n_resamples, affordable))
        values = _reduced(reduce, statistics, weights)
        leave_out = _reduced(reduce, statistics, _leave_group_out(units, n_units, rng))
        acceleration = acceleration_of(leave_out, np.ones(len(leave_out)))
    return Replicates(
        point=point, values=values, acceleration=acceleration, n_units=n_units, seed=seed
    )


def _reduced(reduce: Reduce, statistics: Floats, blocks: Iterable[Floats]) -> Floats:
    return np.concatenate([reduce(statistics, weights) for weights in blocks])


def is_pooled(statistics: Floats, clusters: Integers | None) -> bool:
    """Tell whether so many rows repeat that resampling costs no more for many than for few."""
    return clusters is None and _pooled(statistics, np.random.default_rng(0)) is not None


def _pooled(statistics: Floats, rng: np.random.Generator) -> tuple[Floats, Integers] | None:
    """Return distinct rows and their counts, or None where too few rows repeat to gain by it."""
    n_tried = 2 * MAX_UNITS
    if len(statistics) > n_tried:
        # A few thousand rows tell whether sorting them all can pay.
        tried = statistics[rng.integers(len(statistics), size=n_tried)]
        if len(np.unique(tried, axis=0)) > MAX_UNITS:
            return None
    rows, counts = np.unique(statistics, axis=0, return_counts=True)
    return (rows, counts) if len(rows) <= min(MAX_UNITS, len(statistics) // 2) else None


def _count_weights(
    counts: Integers, rng: np.random.Generator, n_resamples: int
) -> Iterator[Floats]:
    """Yield (block, rows) weights: how often each distinct row is drawn."""
    total = int(counts.sum())
    for size in _block_sizes(n_resamples, len(counts)):
        yield rng.multinomial(total, counts / total, size=size).astype(np.float64)


def _unit_weights(
    units: Integers, n_units: int, rng: np.random.Generator, n_resamples: int
) -> Iterator[Floats]:
    """Yield (block, n) weights: how often the unit of each sample is drawn."""
    is_alone = np.array_equal(units, np.arange(n_units))
    for size in _block_sizes(n_resamples, len(units)):
        draws = rng.integers(n_units, size=(size, n_units))
        draws += np.arange(size)[:, None] * n_units
        times = np.bincount(draws.ravel(), minlength=size * n_units).reshape(size, n_units)
        weights = times.astype(np.float64)
        yield weights if is_alone else weights[:, units]


def _leave_group_out(units: Integers, n_units: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield (block, n) weights: 0 for the samples of one group of units, 1 for all others."""
    n_groups = min(n_units, N_JACKKNIFE_GROUPS)
    groups = (rng.permutation(n_units) % n_groups)[units]
    done = 0
    for size in _block_sizes(n_groups, len(units)):
        yield (groups != np.arange(done, done + size)[:, None]).astype(np.float64)
        done += size


def _block_sizes(n_rows: int, width: int) -> Iterator[int]:
    block = max(1, _BLOCK_FLOATS // width)
    for start in range(0, n_rows, block):
        yield min(block, n_rows - start)
