"""Likelihoods of many rows at the cost of their distinct tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.batching import attempt, out_of_memory
from harness.adapters.transformers.prefix_tree import Integers, PrefixTree, grow
from harness.adapters.transformers.scoring_row import ScoringRow
from harness.adapters.transformers.token_scores import TokenScore, token_scores
from harness.adapters.transformers.tree_reading import TreeReader, stretch_length
from harness.core.response import Failure


def score_as_tree(
    model: Any, windows: Windows, rows: Sequence[ScoringRow], max_batch_tokens: int
) -> Iterator[tuple[ScoringRow, list[TokenScore] | Failure]]:
    """Yield each row with one score per query, as soon as the last of them is known.

    When a stretch of the tree does not fit into memory, half of it is tried, for the rest of this
    call too; a token that does not fit even alone fails the rows that go through it.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
        rows: distinct rows, none of them empty or without a query.
        max_batch_tokens: most tokens in one stretch; the longest row may go as one.
    """
    if not rows:
        return
    positions = [[query.position for query in row.queries] for row in rows]
    tree = grow([row.tokens for row in rows], positions)
    asked = _asked(rows, tree)
    sheet = _Sheet([[None] * len(row.queries) for row in rows], [len(row.queries) for row in rows])
    reader = TreeReader(model, windows, tree)
    longest = max(row.n_tokens for row in rows)
    size = largest = min(stretch_length(model), max(max_batch_tokens, longest))
    while not reader.is_done:
        first, stop = reader.at, min(reader.at + size, tree.n_nodes)
        here = asked.between(first, stop)
        scores = attempt(partial(_scores, reader, here, stop))
        if scores is not None:
            done = sheet.fill(here, scores)
            yield from ((rows[at], sheet.scores(at)) for at in done)
        elif stop - first > 1:
            size = (stop - first) // 2
        else:
            lost = sheet.strike(asked.between(first, reader.skip()))
            yield from ((rows[at], out_of_memory(rows[at])) for at in lost)
            size = largest


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Queries of all rows, ordered by node; arrays of equal length."""

    nodes: Integers
    rows: Integers
    queries: Integers
    """The query's number in its row."""
    targets: Integers

    def between(self, first: int, stop: int) -> _Asked:
        """Return the queries at nodes from ``first`` to before ``stop``."""
        part = slice(*np.searchsorted(self.nodes, [first, stop]))
        return _Asked(self.nodes[part], self.rows[part], self.queries[part], self.targets[part])


def _asked(rows: Sequence[ScoringRow], tree: PrefixTree) -> _Asked:
    counts = [len(row.queries) for row in rows]
    nodes = np.concatenate(tree.places)
    order = np.argsort(nodes, kind="stable")
    return _Asked(
        nodes[order],
        np.repeat(np.arange(len(rows)), counts)[order],
        np.concatenate([np.arange(n) for n in counts])[order],
        np.array([query.target for row in rows for query in row.queries])[order],
    )


def _scores(reader: TreeReader, asked: _Asked, stop: int) -> list[TokenScore]:
    wanted, lines = np.unique(asked.nodes, return_inverse=True)
    logits = reader.read(stop, wanted)
    return token_scores(logits, lines.tolist(), asked.targets.tolist()) if len(wanted) else []


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Scores as they come in."""

    found: list[list[TokenScore | None]]
    """By row and query."""
    n_missing: list[int]
    """By row; 0 for a row that is done or lost."""

    def fill(self, asked: _Asked, scores: Sequence[TokenScore]) -> list[int]:
        """Enter scores; return the rows that these complete."""
        done = []
        for row, query, score in zip(
            asked.rows.tolist(), asked.queries.tolist(), scores, strict=True
        ):
            self.found[row][query] = score
            self.n_missing[row] -= 1
            if self.n_missing[row] == 0:
                done.append(row)
        return done

    def strike(self, asked: _Asked) -> list[int]:
        """Give up the rows of these queries; return them."""
        lost = sorted(set(asked.rows.tolist()))
        for row in lost:
            self.n_missing[row] = 0
        return lost

    def scores(self, row: int) -> list[TokenScore]:
        """Return the scores of a row that is complete, and forget them."""
        found = [score for score in self.found[row] if score is not None]
        self.found[row] = []
        return found
