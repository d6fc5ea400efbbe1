"""How many of a text's words or characters are changed, and which."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

from harness.core.errors import ConfigError

T = TypeVar("T")


def check_share(where: str, share: float) -> None:
    """Refuse a share that is none.

    Raises:
        ConfigError: it is not in (0, 1].
    """
    if not 0 < share <= 1:  # true of NaN too
        reason = f"must be above 0 and at most 1, not {share}"
        raise ConfigError(where, reason, f"write {where} = 0.1")


def whole_share(rate: float, n: int, draw: float) -> int:
    """Return a whole number of things that is, on average, a share of n.

    Args:
        rate: the share, in (0, 1].
        n: how many there are.
        draw: uniform in [0, 1): decides between the two whole numbers around a fraction.

    >>> [whole_share(0.1, 25, draw) for draw in (0.4, 0.6)]
    [3, 2]
    """
    exact = rate * n
    whole = math.floor(exact)
    return whole + (draw < exact - whole)


def some_of(places: Sequence[T], rate: float, n: int, rng: random.Random) -> list[T]:
    """Draw the places to change.

    Args:
        places: where something can be changed.
        rate: the share of all words or characters that is to be changed.
        n: how many of these there are; where fewer can be changed, all of those are.
        rng: of the sample.
    """
    return rng.sample(places, min(len(places), whole_share(rate, n, rng.random())))
