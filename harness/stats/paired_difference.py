"""The mean difference between two models that answered the same samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.jackknife import jackknife_stderr
from harness.stats.mean import mean_stderr
from harness.stats.quantiles import t_quantile, t_two_sided_p

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """How b differs from a on the samples that both have."""

    difference: float | None
    """Mean of b - a; None without a sample."""
    stderr: float | None
    """None with fewer than two independent units; 0 where every sample differs by the same."""
    interval: Interval | None
    """None where the standard error is None or 0: no spread seen is not certainty."""
    p_value: float | None
    """Two-sided, of no difference; 1 where nothing differs, None where no spread was seen."""
    n: int
    n_units: int
    """Independent units: clusters where there are any, else samples."""
    n_higher: int
    """Samples on which b is higher than a."""
    n_lower: int
    """Samples on which b is lower than a."""


def paired_difference(
    a: Floats, b: Floats, clusters: Integers | None = None, level: float = 0.95
) -> PairedDifference:
    """Compare two models sample by sample: what is hard for both cancels out.

    Test and interval are Student's, of the mean of b - a (Miller 2024, arXiv 2411.00640, section
    4). With clusters the standard error is the jackknife's over clusters, which for clusters of
    one size is Miller's; the degrees of freedom are those of as many clusters as count, see
    :func:`effective_clusters`. Answers asked for several times are averaged per sample first.

    Args:
        a: (n,) values of the first model.
        b: (n,) values of the second on the same samples, in the same order.
        clusters: (n,) cluster codes such as the source sample of each perturbed one, or None
            when samples are independent.
        level: confidence level in (0, 1).

    >>> found = paired_difference(np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8]))
    >>> found.difference, round(found.p_value, 4), found.n_higher
    (2.5, 0.0305, 4)
    """
    differences = b - a
    n = differences.size
    n_units = n if clusters is None else np.unique(clusters).size
    difference = float(differences.mean()) if n else None
    stderr = mean_stderr(differences) if clusters is None else _jackknife(differences, clusters)
    if stderr is not None and stderr <= _NO_SPREAD * float(np.abs(differences).max()):
        stderr = 0.0  # all that is left is rounding
    interval, p_value = None, None
    if stderr and difference is not None:
        freedom = n_units - 1 if clusters is None else effective_clusters(clusters) - 1
        half = t_quantile(0.5 + level / 2, freedom) * stderr
        method = "paired-t" if clusters is None else "paired-t-clustered"
        interval = Interval(
            low=difference - half, high=difference + half, level=level, method=method
        )
        p_value = t_two_sided_p(difference / stderr, freedom)
    elif n and not differences.any():
        p_value = 1.0
    return PairedDifference(
        difference=difference,
        stderr=stderr,
        interval=interval,
        p_value=p_value,
        n=n,
        n_units=n_units,
        n_higher=int((differences > 0).sum()),
        n_lower=int((differences < 0).sum()),
    )


def effective_clusters(clusters: Integers) -> float:
    """Return how many clusters of one size would tell as much of the spread as these.

    (Σ m²)² / Σ m⁴ over cluster sizes m: Satterthwaite's degrees of freedom, where samples of one
    cluster are alike, so that its share of the variance goes with the square of its size. At
    least 1.5, so that what one cluster rules keeps an interval, of a width to match.

    >>> effective_clusters(np.repeat(np.arange(10), 3)), effective_clusters(np.arange(4))
    (10.0, 4.0)
    """
    sizes = np.unique(clusters, return_counts=True)[1].astype(np.float64)
    return max(1.5, float(np.square(sizes).sum() ** 2 / (sizes**4).sum()))


def _jackknife(differences: Floats, clusters: Integers) -> float | None:
    """Standard error of the mean by leaving each cluster out (CR3, Bell and McCaffrey 2002).

    The usual sandwich is far too small where one cluster has much of the data: the mean follows
    it, and its residual vanishes.
    """
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    if sizes.size == 1:  # without it nothing is left
        return None
    sums = np.bincount(codes.ravel(), weights=differences)
    without = (sums.sum() - sums) / (differences.size - sizes)
    return jackknife_stderr(without.tolist())
