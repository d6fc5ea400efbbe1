"""How much alike two rankings are."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_FEWEST = 2


def spearman(first: Floats, second: Floats) -> float | None:
    """Return Spearman's correlation, ties sharing their mean rank, as scipy.stats.spearmanr has it.

    Args:
        first: (n,) finite.
        second: (n,) finite.

    Returns:
        In [-1, 1]; None where it is undefined: below two values, or one side all alike.

    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 9.0, 10.0]))
    1.0
    """
    if first.size < _FEWEST:
        return None
    ranks = [_centred_ranks(values) for values in (first, second)]
    lengths = [float(ranked @ ranked) for ranked in ranks]
    if not all(lengths):
        return None
    found = float(ranks[0] @ ranks[1]) / (lengths[0] * lengths[1]) ** 0.5
    return float(np.clip(found, -1.0, 1.0))


def _centred_ranks(values: Floats) -> Floats:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2
    return np.asarray(middle[places.ravel()] - (values.size + 1) / 2, dtype=np.float64)
