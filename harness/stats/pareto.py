"""Which of several choices no other choice beats on both counts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def pareto_optimal(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return where no other point is at least as high in both and higher in one.

    Of equal points all are optimal or none. The values are taken as they are: whether a point
    would still be optimal in another draw is for its intervals to tell.

    Args:
        x: (n,) higher is better.
        y: (n,) higher is better.

    >>> pareto_optimal(np.array([1.0, 2.0, 1.5]), np.array([0.0, -0.1, -0.2])).tolist()
    [True, True, False]
    """
    is_no_worse = (x >= x[:, None]) & (y >= y[:, None])
    is_better = (x > x[:, None]) | (y > y[:, None])
    beaten: NDArray[np.bool_] = np.asarray((is_no_worse & is_better).any(axis=1))
    return np.logical_not(beaten)
