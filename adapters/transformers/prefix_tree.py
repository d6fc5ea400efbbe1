"""Rows of tokens as one tree, in which a beginning that several rows share stands once.

Few-shot examples before every question, and a question before each of its choices, are the
greater part of what a suite asks; a model that reads forward need compute them only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Tokens = tuple[int, ...]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PrefixTree:
    """Nodes, one per token, numbered in depth-first order: whatever precedes a node comes first.

    Node a lies on the way to node b when ``a <= b < ends[a]``, so that an attention mask is two
    comparisons, and what must be remembered at any point is one.
    """

    tokens: Integers
    """(nodes,)."""
    depths: Integers
    """(nodes,): position in the row, from 0."""
    ends: Integers
    """(nodes,): the number behind the last of a node's descendants."""
    places: tuple[Integers, ...]
    """Per row as given, the nodes at the positions that were asked about."""

    @property
    def n_nodes(self) -> int:
        """Tokens to compute."""
        return len(self.tokens)


def grow(rows: Sequence[Tokens], positions: Sequence[Sequence[int]]) -> PrefixTree:
    """Merge rows into one tree, the same whatever their order.

    >>> tree = grow([(7, 8, 9), (5,), (7, 8, 4, 4)], [[2], [0], [1, 3]])
    >>> tree.tokens.tolist(), tree.depths.tolist(), tree.ends.tolist()
    ([5, 7, 8, 4, 4, 9], [0, 0, 1, 2, 3, 2], [1, 6, 6, 5, 5, 6])
    >>> [place.tolist() for place in tree.places]
    [[5], [0], [2, 4]]

    Args:
        rows: token ids.
        positions: per row, positions in it.
    """
    texts = [_as_text(row) for row in rows]
    order = _sorted(texts)
    shared = [0, *(_n_shared(texts[one], texts[other]) for one, other in pairwise(order))]
    n_nodes = sum(len(texts[at]) - n for at, n in zip(order, shared, strict=False))
    tokens, depths = np.empty(n_nodes, dtype=np.int64), np.empty(n_nodes, dtype=np.int64)
    ends = np.full(n_nodes, n_nodes, dtype=np.int64)
    places = [np.empty(0, dtype=np.int64)] * len(rows)
    way = np.empty(max(map(len, rows), default=0), dtype=np.int64)
    first, length = 0, 0
    for at, n in zip(order, shared, strict=False):
        ends[way[n:length]] = first
        length = len(texts[at])
        stop = first + length - n
        tokens[first:stop] = texts[at][n:]
        depths[first:stop] = np.arange(n, length)
        way[n:length] = np.arange(first, stop)
        places[at] = way[list(positions[at])]
        first = stop
    return PrefixTree(tokens, depths, ends, tuple(places))


def count_nodes(rows: Sequence[Tokens]) -> int:
    """Return how many tokens are left of the rows when each shared beginning counts once.

    >>> count_nodes([(7, 8, 9), (5,), (7, 8, 4, 4)])
    6
    """
    if len(rows) == 1:
        return len(rows[0])
    texts = [_as_text(row) for row in rows]
    shared = sum(_n_shared(texts[one], texts[other]) for one, other in pairwise(_sorted(texts)))
    return sum(map(len, rows)) - shared


def _as_text(row: Tokens) -> NDArray[np.uint32]:
    # In this byte order the bytes sort as the numbers do, and bytes are compared far faster.
    return np.asarray(row, dtype=">u4")


def _sorted(texts: Sequence[NDArray[np.uint32]]) -> list[int]:
    return sorted(range(len(texts)), key=lambda at: texts[at].tobytes())


def _n_shared(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> int:
    n_both = min(len(one), len(other))
    differs = one[:n_both] != other[:n_both]
    return int(differs.argmax()) if differs.any() else n_both
