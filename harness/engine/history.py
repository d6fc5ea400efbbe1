"""Where the level of a series of runs changed, and whether for the better."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.history import Series, Shift
from harness.core.score import Direction, Quantity
from harness.stats.change_points import change_points

Floats: TypeAlias = NDArray[np.float64]

ALPHA = 0.005
"""Chance of a change in a steady series: a line has many, and 199 permutations can show no less."""
_ROUNDING = 1e-9
"""Smaller moves, relative to the values, are another order of adding up and no change."""


def with_shifts(series: Series, *, seed: int = 0) -> Series:
    """Date the changes of a series.

    Numbers without an upper bound (times, perplexities) are compared by their logarithms. Fewer
    than ten runs have no change that could be told from chance.

    Args:
        series: its own shifts are replaced.
        seed: of the permutations.
    """
    values = np.array([point.value for point in series.points])
    rounded = _rounded(values)
    compared = np.log(rounded) if series.quantity.is_log_scale(rounded) else rounded
    found = change_points(compared, seed=seed, alpha=ALPHA)
    borders = [0, *(change.index for change in found), len(values)]
    # The means are of the values themselves, also where their logarithms were compared.
    means = [float(values[start:end].mean()) for start, end in pairwise(borders) if end > start]
    shifts = tuple(
        Shift(
            run_id=series.points[change.index].run_id,
            at=series.points[change.index].at,
            before=before,
            after=after,
            p_value=change.p_value,
            is_better=is_better(series.quantity, before, after),
        )
        for change, (before, after) in zip(found, pairwise(means), strict=True)
    )
    return replace(series, shifts=shifts)


def is_better(quantity: Quantity, before: float, after: float) -> bool | None:
    """Tell whether a move is for the better; None where neither direction is, or nothing moved.

    >>> accuracy = Quantity(id="accuracy", direction=Direction.HIGHER, definition="share right")
    >>> is_better(accuracy, 0.81, 0.74)
    False
    """
    if quantity.direction is Direction.NEITHER or math.isclose(before, after, rel_tol=_ROUNDING):
        return None
    return (after > before) is (quantity.direction is Direction.HIGHER)


def _rounded(values: Floats) -> Floats:
    """Make equal what differs by the order of adding up alone."""
    step = _ROUNDING * float(np.abs(values).max(initial=0.0))
    return values if step == 0 else np.round(values / step) * step
