"""A series of numbers as a line of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, isclose

_BLOCKS = "▁▂▃▄▅▆▇█"
_MIDDLE = _BLOCKS[3]
WIDTH = 24
_ROUNDING = 1e-9


def sparkline(values: Sequence[float], *, width: int = WIDTH) -> str:
    """Draw values between their smallest and largest; neighbours share a block where many.

    >>> sparkline([1.0, 2.0, 3.0, 8.0]), sparkline([5.0, 5.0]), sparkline([])
    ('▁▂▃█', '▄▄', '')
    """
    means = _means(values, width)
    low, high = min(means, default=0.0), max(means, default=0.0)
    if isclose(low, high, rel_tol=_ROUNDING):
        return _MIDDLE * len(means)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round((mean - low) / (high - low) * top)] for mean in means)


def _means(values: Sequence[float], width: int) -> list[float]:
    """Return the means of at most ``width`` runs of neighbours, as even in length as can be."""
    n_blocks = min(width, len(values))
    borders = [len(values) * i // n_blocks for i in range(n_blocks + 1)] if n_blocks else []
    parts = [values[start:end] for start, end in pairwise(borders)]
    return [fsum(part) / len(part) for part in parts]
