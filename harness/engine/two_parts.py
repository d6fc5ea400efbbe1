"""The difference of two means, each over a part of the same samples of its own.

Such is an attack's success rate, over the samples that a model is right about: another model is
right about others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.mcnemar import FEW_DISCORDANT
from harness.stats.newcombe import interval_p, newcombe_interval
from harness.stats.paired_difference import (
    PairedDifference,
    effective_clusters,
    paired_difference,
)
from harness.stats.proportion import exact_interval, proportion_interval
from harness.stats.quantiles import t_quantile, t_two_sided_p

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]

_FEWEST = 10
"""With fewer units than this that have a 1, or a 0, a share's spread is not known well enough for
Student's interval: where all are alike it would be taken for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMean:
    """One side: (n,) values, of which the mean is taken over a part."""

    values: Floats
    """Finite in the part."""
    is_in: Booleans
    """At least one is."""

    @property
    def size(self) -> int:
        """Samples in the part."""
        return int(self.is_in.sum())

    @property
    def mean(self) -> float:
        """Over the part."""
        return float(self.values[self.is_in].mean())

    @property
    def is_share(self) -> bool:
        """Whether it is of zeros and ones."""
        return bool(np.isin(self.values[self.is_in], (0.0, 1.0)).all())

    def n_units(self, clusters: Integers | None) -> int:
        """Return how many clusters, or samples, the part has."""
        return self.size if clusters is None else np.unique(clusters[self.is_in]).size

    def has_few(self, clusters: Integers | None) -> bool:
        """Tell whether too few units have a 1, or a 0, for Student's interval of a share."""
        units = np.arange(len(self.values)) if clusters is None else clusters
        hits = self.is_in & (self.values == 1)
        return min(np.unique(units[of]).size for of in (hits, self.is_in & ~hits)) < _FEWEST

    def freedom(self, clusters: Integers | None) -> float:
        """Return the degrees of freedom of its spread, of two units at least."""
        return self.size - 1 if clusters is None else effective_clusters(clusters[self.is_in]) - 1

    def less(self, center: float) -> Floats:
        """Return (n,) what each value is beyond ``center``, 0 outside of the part."""
        return np.where(self.is_in, np.nan_to_num(self.values) - center, 0.0)


@dataclass(frozen=True, slots=True)
class TwoPartDifference:
    """How two such means differ."""

    found: PairedDifference
    """Of the samples of both parts, how many are higher and lower."""
    is_hybrid: bool
    """Whether interval and p are Newcombe's, of both shares' own intervals, not Student's."""
    fewest: int
    """Units of the smaller part."""
    freedom: float | None = None
    """Degrees of freedom of Student's."""


def two_part_difference(
    a: PartMean, b: PartMean, clusters: Integers | None, *, level: float
) -> TwoPartDifference:
    """Compare two means over parts that overlap.

    A sample pulls the mean of a part of m of n samples by (value - mean) / m, and one outside of
    it not at all; the difference of both sides' pulls is what a sample does to the difference
    (its influence; Hampel 1974, JASA 69). Student's test and interval are of their mean, with
    Welch's degrees of freedom, so that a small part counts as the few samples that it is. Of
    shares they are not to be trusted where little tells the sides apart, or either side has few
    ones or few zeros: see :func:`_of_shares`.

    Args:
        a: the first model's values; every sample is of its part or of the other's.
        b: the second model's on the same samples.
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).
    """
    n, sides = len(a.values), (a, b)
    n_units = n if clusters is None else np.unique(clusters).size
    fewest = min(side.n_units(clusters) for side in sides)
    pulls = [_pulls(side, clusters, n_units) for side in sides]
    found = paired_difference(pulls[0] + a.mean, pulls[1] + b.mean, clusters, level)
    moves = (b.less(0) - a.less(0))[a.is_in & b.is_in]
    found = replace(found, n_higher=int((moves > 0).sum()), n_lower=int((moves < 0).sum()))
    is_vague = (
        not found.stderr
        or any(side.has_few(clusters) for side in sides)
        or _told_apart(a, b, clusters) < FEW_DISCORDANT
    )
    if is_vague and a.is_share and b.is_share:
        judged = _of_shares(found, sides, clusters, level)
        return TwoPartDifference(judged, is_hybrid=True, fewest=fewest)
    if not found.stderr or fewest < 2:  # noqa: PLR2004 - a spread needs two
        return TwoPartDifference(replace(found, interval=None), is_hybrid=False, fewest=fewest)
    freedom = _welch(sides, clusters, n_units)
    judged = _students(found, freedom, level)
    return TwoPartDifference(judged, is_hybrid=False, fewest=fewest, freedom=freedom)


def _pulls(side: PartMean, clusters: Integers | None, n_units: int) -> Floats:
    """Return (n,) what each sample does to the mean, times n.

    The spread is made that of a part of u units, u / (u - 1), not of all of them.
    """
    u = side.n_units(clusters)
    grown = u / (u - 1) * (n_units - 1) / n_units if u > 1 else 1.0
    return side.less(side.mean) * (len(side.values) / side.size * math.sqrt(grown))


def _told_apart(a: PartMean, b: PartMean, clusters: Integers | None) -> float:
    """Return how many samples, or clusters, tell two shares apart: each at most one."""
    pooled = (a.mean * a.size + b.mean * b.size) / (a.size + b.size)
    told = np.abs(b.less(pooled) - a.less(pooled))
    return float(np.minimum(_per_unit(told, clusters), 1.0).sum())


def _per_unit(values: Floats, clusters: Integers | None) -> Floats:
    """Return the sum of each cluster, or the values where every sample stands alone."""
    if clusters is None:
        return values
    codes = np.unique(clusters, return_inverse=True)[1].ravel()
    return np.bincount(codes, weights=values).astype(np.float64)


def _welch(sides: tuple[PartMean, PartMean], clusters: Integers | None, n_units: int) -> float:
    """Return Welch and Satterthwaite's degrees of freedom, at most those of all units.

    What the parts have in common leaves fewer than the formula, which is of independent samples,
    says; never fewer than the smaller part has.
    """
    n = len(sides[0].values)
    squares = [
        np.square(_per_unit(_pulls(side, clusters, n_units) / n, clusters)).sum() for side in sides
    ]
    freedoms = [side.freedom(clusters) for side in sides]
    parts = sum(v * v / f for v, f in zip(squares, freedoms, strict=True))
    return float(min(sum(squares) ** 2 / parts, n_units - 1))


def _students(found: PairedDifference, freedom: float, level: float) -> PairedDifference:
    stderr, difference = found.stderr or 0.0, found.difference or 0.0
    half = t_quantile(0.5 + level / 2, freedom) * stderr
    interval = found.interval and replace(
        found.interval, low=difference - half, high=difference + half
    )
    return replace(found, interval=interval, p_value=t_two_sided_p(difference / stderr, freedom))


def _of_shares(
    found: PairedDifference,
    sides: tuple[PartMean, PartMean],
    clusters: Integers | None,
    level: float,
) -> PairedDifference:
    """Judge two shares by their own intervals, of which neither is certain of a share of 0 or 1."""
    correlation = _correlation(sides, clusters)

    def interval_at(level: float) -> Interval | None:
        own = [_own_interval(side, clusters, level) for side in sides]
        if own[0] is None or own[1] is None:
            return None
        shares = (sides[0].mean, sides[1].mean)
        return newcombe_interval(shares, (own[0], own[1]), correlation)

    interval = interval_at(level)
    p_value = None if interval is None else interval_p(interval_at, sides[1].mean - sides[0].mean)
    return replace(found, interval=interval, stderr=None, p_value=p_value)


def _own_interval(side: PartMean, clusters: Integers | None, level: float) -> Interval | None:
    """Return Wilson's interval of a share, or of few units the exact one, which counts them."""
    n_units = side.n_units(clusters)
    if n_units < _FEWEST:
        return exact_interval(side.mean * n_units, n_units, level)
    chosen = None if clusters is None else clusters[side.is_in]
    return proportion_interval(side.values[side.is_in], chosen, level)


def _correlation(sides: tuple[PartMean, PartMean], clusters: Integers | None) -> float:
    """Return the correlation of both shares, which the samples of both parts make.

    Where it would make the interval shorter half a sample is taken off, as Newcombe does: of few
    samples it is not known well. With clusters, half a cluster of the mean size.
    """
    first, second = (_per_unit(side.less(side.mean), clusters) for side in sides)
    spread = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    common = float(first @ second)
    if not spread:
        return 0.0
    half = 0.5 * (len(sides[0].values) / len(first)) ** 2
    return (max(0.0, common - half) if common > 0 else common) / spread
