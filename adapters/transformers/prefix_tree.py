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
Text = NDArray[np.uint32]
_WORTH_SHARING = 32
"""Tokens; for less, rows of unlike length are not put together."""


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

    Each beginning that rows share stands in it once.

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
    return _merged(texts, order, _n_shared_in(texts, order), positions)


def grow_in_order(rows: Sequence[Tokens]) -> PrefixTree:
    """Merge each row with the one before it; asked about is the last token of each.

    That token is a node of the row's own, and the last one of the row: whoever has read up to it
    has read all rows before, and none behind.

    >>> tree = grow_in_order([(7, 8, 9), (7, 8), (7, 8)])
    >>> tree.tokens.tolist(), [place.tolist() for place in tree.places]
    ([7, 8, 9, 8, 8], [[2], [3], [4]])

    Args:
        rows: token ids, at least one each; see ``longest_first``.
    """
    texts = [_as_text(row) for row in rows]
    order = range(len(rows))
    shared = [min(n, len(row) - 1) for n, row in zip(_n_shared_in(texts, order), rows, strict=True)]
    return _merged(texts, order, shared, [[len(row) - 1] for row in rows])


def longest_first(rows: Sequence[Tokens], lengths: Sequence[int]) -> list[int]:
    """Order rows so that much that neighbours share is shared by all in between, longest first.

    >>> longest_first([(1,) * 40, (2,) * 90, (1,) * 99, (3,) * 50], [40, 90, 99, 50])
    [2, 0, 1, 3]

    Args:
        rows: token ids.
        lengths: of the rows, in whatever unit.
    """
    texts = [_as_text(row) for row in rows]
    order = _sorted(texts)
    shared = _n_shared_in(texts, order)
    found: list[int] = []
    # Runs of sorted rows, each with the number of tokens that all of its rows are known to share.
    runs = [(0, len(order), 0)] if rows else []
    while runs:
        first, stop, n_common = runs.pop()
        if stop - first == 1:
            found.append(order[first])
            continue
        least = n_common + _WORTH_SHARING
        cuts = [first, *(at for at in range(first + 1, stop) if shared[at] < least), stop]
        parts = [(*part, n_common) for part in pairwise(cuts)]
        if len(parts) == 1:
            parts = [(first, stop, min(shared[first + 1 : stop]))]
        # The last to be laid down is the first to be taken up.
        runs += sorted(parts, key=lambda part: max(lengths[at] for at in order[part[0] : part[1]]))
    return found


def _merged(
    texts: Sequence[Text],
    order: Sequence[int],
    shared: Sequence[int],
    positions: Sequence[Sequence[int]],
) -> PrefixTree:
    n_nodes = sum(len(texts[at]) - n for at, n in zip(order, shared, strict=True))
    tokens, depths = np.empty(n_nodes, dtype=np.int64), np.empty(n_nodes, dtype=np.int64)
    ends = np.full(n_nodes, n_nodes, dtype=np.int64)
    places = [np.empty(0, dtype=np.int64)] * len(texts)
    way = np.empty(max(map(len, texts), default=0), dtype=np.int64)
    first, length = 0, 0
    for at, n in zip(order, shared, strict=True):
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
    return sum(map(len, rows)) - sum(_n_shared_in(texts, _sorted(texts)))


def _as_text(row: Tokens) -> Text:
    # In this byte order the bytes sort as the numbers do, and bytes are compared far faster.
    return np.asarray(row, dtype=">u4")


def _sorted(texts: Sequence[Text]) -> list[int]:
    return sorted(range(len(texts)), key=lambda at: texts[at].tobytes())


def _n_shared_in(texts: Sequence[Text], order: Sequence[int]) -> list[int]:
    """Return, by place in the order, how many tokens a text shares with the one before it."""
    neighbours = pairwise(order)
    return [0, *(_n_shared(texts[one], texts[other]) for one, other in neighbours)][: len(order)]


def _n_shared(one: Text, other: Text) -> int:
    n_both = min(len(one), len(other))
    differs = one[:n_both] != other[:n_both]
    return int(differs.argmax()) if differs.any() else n_both
