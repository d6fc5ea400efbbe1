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

from harness.stats.mcnemar import FEW_DISCORDANT, tango_interval
from harness.stats.paired_difference import PairedDifference, paired_difference
from harness.stats.quantiles import normal_share

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]


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

    def less(self, center: float) -> Floats:
        """Return (n,) what each value is beyond ``center``, 0 outside of the part."""
        return np.where(self.is_in, np.nan_to_num(self.values) - center, 0.0)


@dataclass(frozen=True, slots=True)
class TwoPartDifference:
    """How two such means differ."""

    found: PairedDifference
    """Of the samples of both parts, how many are higher and lower."""
    is_counted: bool
    """Whether interval and p are of what tells the sides apart, not Student's."""


def two_part_difference(
    a: PartMean, b: PartMean, clusters: Integers | None, *, level: float
) -> TwoPartDifference:
    """Compare two means over parts that overlap.

    A sample pulls the mean of a part of m of n samples by (value - mean) / m, and one outside of
    it not at all; the difference of both sides' pulls is what a sample does to the difference
    (its influence; Hampel 1974, JASA 69). Student's test and interval are of their mean, as those
    of a paired difference are. Of shares they are not to be trusted where little tells the sides
    apart, or all samples do alike: see :func:`_counted`.

    Args:
        a: the first model's values; every sample is of its part or of the other's.
        b: the second model's on the same samples.
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).
    """
    n = len(a.values)
    pulls = [side.less(side.mean) * n / side.size + side.mean for side in (a, b)]
    found = paired_difference(pulls[0], pulls[1], clusters, level)
    moves = (b.less(0) - a.less(0))[a.is_in & b.is_in]
    found = replace(found, n_higher=int((moves > 0).sum()), n_lower=int((moves < 0).sum()))
    if not all(np.isin(side.values[side.is_in], (0.0, 1.0)).all() for side in (a, b)):
        return TwoPartDifference(found, is_counted=False)
    pooled = (a.mean * a.size + b.mean * b.size) / (a.size + b.size)
    apart = b.less(pooled) - a.less(pooled)
    units = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    told = np.bincount(units.ravel(), weights=np.abs(apart))
    if found.stderr and np.minimum(told, 1.0).sum() >= FEW_DISCORDANT:
        return TwoPartDifference(found, is_counted=False)
    return TwoPartDifference(_counted(found, apart, (a.size, b.size), level), is_counted=True)


def _counted(
    found: PairedDifference, apart: Floats, sizes: tuple[int, int], level: float
) -> PairedDifference:
    """Judge two shares by what tells the sides apart, as McNemar and Tango do.

    What a sample's two answers are beyond the mean of both sides together differs by a number in
    [-1, 1], 0 where the sides agree; the difference of the shares is the mean of these numbers
    times a factor. Tango's interval and McNemar's corrected test are of numbers that are -1, 0 or
    1, which spread most. As the factor n / m of the smaller part is taken, so that neither is
    too bold where one part is much smaller. With clusters, each counts as one sample.
    """
    n, difference = len(apart), found.difference or 0.0
    scale, factor = found.n_units / n, n / min(sizes)
    higher, lower = (float(np.maximum(sign * apart, 0).sum()) * scale for sign in (1, -1))
    middle = (higher - lower) / found.n_units
    share = tango_interval(higher, lower, found.n_units, level)
    interval = share and replace(
        share,
        low=max(-1.0, difference - (middle - share.low) * factor),
        high=min(1.0, difference + (share.high - middle) * factor),
    )
    beyond = max(0.0, abs(difference) / factor * found.n_units - 1)
    p_value = 2 * normal_share(-beyond / math.sqrt(higher + lower)) if beyond else 1.0
    return replace(found, interval=interval, stderr=None, p_value=p_value)
