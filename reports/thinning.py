"""Long curves with fewer points: the eye sees a few hundred, the page carries no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def thinned(items: Sequence[Item], limit: int) -> list[Item]:
    """Return at most ``limit`` items, evenly spaced, first and last among them.

    >>> thinned(range(11), 3)
    [0, 5, 10]
    """
    if len(items) <= limit:
        return list(items)
    step = (len(items) - 1) / (limit - 1)
    return [items[round(i * step)] for i in range(limit)]
