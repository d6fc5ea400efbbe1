"""Which of some values differ, and which are set apart by rounding alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

ROUNDING = 1e-13
"""Share of the scale: a step between neighbouring values that is no larger is none. Sums of some
hundred numbers in double precision are right to this; a confident model's values are small, and
larger than this."""
_OWN_ROUNDING = 1e-9
"""The same as a share of the largest value itself."""


def is_rounding(values: Iterable[float], scale: float | None) -> bool:
    """Tell whether no value is larger than the rounding of what the values were worked out from.

    Args:
        values: finite.
        scale: as of ``value_levels``; where it is not known, 0 alone is rounding.

    >>> is_rounding([-1e-17, 3e-28], 1.0), is_rounding([-1e-17, 3e-28], None)
    (True, False)
    """
    bound = ROUNDING * (scale or 0.0)
    return all(abs(value) <= bound for value in values)


def value_levels(values: Floats, scale: float | None) -> Floats:
    """Return values as whole numbers in their order, one number for those that count as equal.

    Sums and solved equations leave noise at the last digits of what they are made of, so that
    values that ought to be 0 have an order that says nothing.

    Args:
        values: (n,) finite.
        scale: size of the numbers that the values were worked out from; None where it is not
            known.

    Returns:
        (n,) from 0, the smallest.

    >>> value_levels(np.array([0.5, -1e-17, 0.0, 0.1]), 1.0).tolist()
    [2.0, 0.0, 0.0, 1.0]
    """
    if not values.size:
        return values
    bound = max(_OWN_ROUNDING * float(np.abs(values).max()), ROUNDING * (scale or 0.0))
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    is_step = ordered[1:] > ordered[:-1] + bound
    found = np.zeros(values.size)
    found[order[1:]] = np.cumsum(is_step)
    return found
