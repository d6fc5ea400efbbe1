"""Weighted counts of coded rows: the one loop beneath every metric made of counts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_LONG_ROW = 1000
"""From here on one ``bincount`` per row costs less than sorting the columns of all rows."""


def sums_by_code(codes: Integers, n_codes: int, weights: Floats) -> Floats:
    """Add up the weights of the samples that share a code.

    Memory stays at the size of ``weights``: no (n, n_codes) indicator matrix is made.

    Args:
        codes: (n,) in [0, n_codes).
        n_codes: width of the result.
        weights: (b, n).

    Returns:
        (b, n_codes).

    >>> sums_by_code(np.array([0, 2, 0]), 3, np.array([[1.0, 1.0, 1.0], [5.0, 1.0, 0.5]]))
    array([[2. , 0. , 1. ],
           [5.5, 0. , 1. ]])
    """
    sums = np.zeros((len(weights), n_codes))
    if codes.size == 0:
        return sums
    if codes.size >= _LONG_ROW:
        for row, row_weights in zip(sums, weights, strict=True):
            row[:] = np.bincount(codes, weights=row_weights, minlength=n_codes)
        return sums
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    sums[:, present] = np.add.reduceat(weights[:, order], starts, axis=1)
    return sums
