"""Floats as JSON values, and back: what JSON cannot hold is written as text."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite


def encode_float(value: float) -> float | str:
    """Return the number, or its name where JSON has none.

    >>> encode_float(float("-inf"))
    '-inf'
    """
    return value if isfinite(value) else str(value)


def encode_floats(values: Sequence[float]) -> list[float | str]:
    """Return each number, or its name."""
    # A finite sum has finite terms, which spares asking each of a vector's thousand numbers.
    if isfinite(sum(values)):
        return list(values)
    return [encode_float(value) for value in values]


def decode_floats(values: Sequence[float | str]) -> tuple[float, ...]:
    """Return the numbers that ``encode_floats`` turned into ``values``."""
    return tuple(map(float, values))
