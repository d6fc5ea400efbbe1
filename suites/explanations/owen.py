"""Owen values over a tree of parts, asked about in rounds."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.core.response import InsideAnswer
from harness.suites.explanations.asking import outputs_of
from harness.suites.explanations.word_tree import WordTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.core.explainer import Masks, Outputs

_BLANK, _WHOLE = 0, 1
"""Rows of the outputs of the text with all parts masked and with none."""

_DEEP = 100
"""Beyond any budget: 2 ** 101 texts for a node at this depth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwenValues:
    """What the parts add, as far as the budget reached."""

    values: Outputs
    """(T, C): they sum to the outputs of the whole text less those of the blank one."""
    whole: Outputs
    """(C,): outputs of the text that no part of is masked."""
    is_capped: bool
    """Whether nodes of several parts were left whole: their parts share what the node adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Games:
    """k nodes, each in a context: parts outside of it that are present.

    Its share in the game is what it adds to the outputs there, times a weight. Outputs are named
    by row: of the context alone, and with the node.
    """

    nodes: NDArray[np.int64]
    contexts: Masks
    """(k, T)."""
    without: NDArray[np.int64]
    within: NDArray[np.int64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.nodes)

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> _Games:
        return _Games(
            nodes=self.nodes[which],
            contexts=self.contexts[which],
            without=self.without[which],
            within=self.within[which],
            weights=self.weights[which],
        )

    def masks(self, tree: WordTree) -> Masks:
        """Return two masks for each: its context with the left and with the right child."""
        runs = tree.children[self.nodes].reshape(-1)
        places = np.arange(tree.n_parts)
        inside = (places >= tree.starts[runs, None]) & (places < tree.stops[runs, None])
        return inside | np.repeat(self.contexts, 2, axis=0)

    def children(self, tree: WordTree, masks: Masks, first: int) -> _Games:
        """Return four for each: either child, with the other one absent and present.

        Args:
            tree: that of the nodes.
            masks: as ``masks`` has returned them.
            first: row that the outputs of the first mask have.
        """
        left = first + 2 * np.arange(len(self))
        right = left + 1
        alone = self.contexts
        contexts = np.stack((alone, alone, masks[1::2], masks[0::2]), axis=1)
        return _Games(
            nodes=np.tile(tree.children[self.nodes], 2).reshape(-1),
            contexts=contexts.reshape(-1, tree.n_parts),
            without=np.stack((self.without, self.without, right, left), axis=1).reshape(-1),
            within=np.stack((left, right, self.within, self.within), axis=1).reshape(-1),
            weights=np.repeat(self.weights / 2, 4),
        )

    def shares(self, outputs: Outputs) -> Outputs:
        """Return what each adds, (k, C), times its weight."""
        return (outputs[self.within] - outputs[self.without]) * self.weights[:, None]

    def add_to(self, worth: Outputs, outputs: Outputs) -> None:
        """Add the shares to what has been found for each node, (n, C)."""
        np.add.at(worth, self.nodes, self.shares(outputs))

    def and_also(self, others: _Games) -> _Games:
        """Return these and others behind them."""
        return _Games(
            nodes=np.concatenate((self.nodes, others.nodes)),
            contexts=np.concatenate((self.contexts, others.contexts)),
            without=np.concatenate((self.without, others.without)),
            within=np.concatenate((self.within, others.within)),
            weights=np.concatenate((self.weights, others.weights)),
        )


_Course = Generator["Masks", "Outputs | Sequence[InsideAnswer]", OwenValues]


def owen_values(tree: WordTree, blank: Sequence[float], max_evals: int, n_at_once: int) -> _Course:
    """Work out the Owen values of a text's parts, as ``PartitionExplainer`` of shap 0.51 does.

    Each node's worth is divided between its two children by the Shapley value of their game of
    two, in every context that the nodes above can leave it (Owen 1977; Lundberg and Lee 2017). Two
    texts are asked about for each node and context. Where a budget does not reach for all of them,
    those that add most go first, and what is left on a node at the end is shared by its parts
    alike. Of nodes that add exactly the same the older goes first; shap tosses a coin.

    All texts are asked about in one round if the budget reaches; if not, in rounds of
    ``n_at_once``, since each round's outputs decide on the next.

    Args:
        tree: over the parts, at least one.
        blank: (C,): outputs of the text with all parts masked.
        max_evals: most texts, the whole and the blank one counted in.
        n_at_once: texts of a round, rounded up to an even number.

    Yields:
        masks, (m, T); is sent their outputs.
    """
    start = _Games(
        nodes=np.array([tree.root]),
        contexts=np.zeros((1, tree.n_parts), dtype=np.bool_),
        without=np.array([_BLANK]),
        within=np.array([_WHOLE]),
        weights=np.ones(1),
    )
    if _n_needed(tree) <= max_evals - 2:
        return (yield from _through(tree, start, blank))
    return (yield from _best_first(tree, start, blank, max_evals - 2, n_at_once))


def _n_needed(tree: WordTree) -> float:
    """Return how many texts the whole tree needs: two for a node in each of its contexts."""
    depths = np.minimum(tree.depths()[tree.n_parts :], _DEEP)
    return float(np.sum(np.exp2(depths + 1)))


def _through(tree: WordTree, games: _Games, blank: Sequence[float]) -> _Course:
    asked, leaves = [np.ones((1, tree.n_parts), dtype=np.bool_)], []
    n_rows = _WHOLE + 1
    while len(games):
        is_leaf = games.nodes < tree.n_parts
        leaves.append(games.only(is_leaf))
        inner = games.only(~is_leaf)
        masks = inner.masks(tree)
        games = inner.children(tree, masks, n_rows)
        asked.append(masks)
        n_rows += len(masks)
    told = yield from outputs_of(np.concatenate(asked))
    outputs = np.concatenate(([blank], told))
    values = np.zeros((tree.n_parts, outputs.shape[1]))
    for some in leaves:
        some.add_to(values, outputs)
    return OwenValues(values=values, whole=outputs[_WHOLE], is_capped=False)


def _best_first(
    tree: WordTree, waiting: _Games, blank: Sequence[float], n_left: int, n_at_once: int
) -> _Course:
    whole = yield from outputs_of(np.ones((1, tree.n_parts), dtype=np.bool_))
    outputs = np.concatenate(([blank], whole))
    worth = np.zeros((tree.root + 1, outputs.shape[1]))
    while True:
        is_leaf = waiting.nodes < tree.n_parts
        waiting.only(is_leaf).add_to(worth, outputs)
        waiting = waiting.only(~is_leaf)
        n_games = min(n_left, n_at_once) + 1 >> 1
        if not len(waiting) or n_games <= 0:
            break
        gains = np.abs(waiting.shares(outputs)).max(axis=1)
        order = np.argsort(-gains, kind="stable")
        chosen = waiting.only(order[:n_games])
        masks = chosen.masks(tree)
        told = yield from outputs_of(masks)
        n_left -= len(masks)
        children = chosen.children(tree, masks, len(outputs))
        outputs = np.concatenate((outputs, told))
        waiting = waiting.only(np.sort(order[n_games:])).and_also(children)
    waiting.add_to(worth, outputs)
    is_capped = len(waiting) > 0
    return OwenValues(values=_spread(tree, worth), whole=outputs[_WHOLE], is_capped=is_capped)


def _spread(tree: WordTree, worth: Outputs) -> Outputs:
    """Hand what is left on nodes down to their parts, the same to each; (T, C)."""
    sizes = tree.stops - tree.starts
    worth = worth.copy()
    for node in range(tree.root, tree.n_parts - 1, -1):
        for child in tree.children[node]:
            worth[child] += worth[node] * (sizes[child] / sizes[node])
    return worth[: tree.n_parts]
