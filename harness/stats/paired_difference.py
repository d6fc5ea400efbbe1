"""The mean difference between two models that answered the same samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
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

    The standard error is that of the mean of b - a, robust to clusters (Miller 2024,
    arXiv 2411.00640, sections 2.2 and 4); test and interval are Student's with units - 1 degrees
    of freedom. Answers asked for several times are averaged per sample first.

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
    stderr = mean_stderr(differences, clusters)
    if stderr is not None and stderr <= _NO_SPREAD * float(np.abs(differences).max()):
        stderr = 0.0  # all that is left is rounding
    interval, p_value = None, None
    if stderr and difference is not None:
        half = t_quantile(0.5 + level / 2, n_units - 1) * stderr
        method = "paired-t" if clusters is None else "paired-t-clustered"
        interval = Interval(
            low=difference - half, high=difference + half, level=level, method=method
        )
        p_value = t_two_sided_p(difference / stderr, n_units - 1)
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
