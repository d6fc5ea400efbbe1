"""What holds for the values of every game."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from fakes.explained_words import Game, played
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.suites.explanations.lime import Lime
from harness.suites.explanations.occlusion import Occlusion
from harness.suites.explanations.parts import parts_of
from harness.suites.explanations.shap import Shap
from harness.suites.explanations.word_tree import WordTree, word_tree

WORD = st.sampled_from(["film ", "and ", "good, ", "so. ", "a ", "Don't "])
some = settings(max_examples=30)


def texts(most: int) -> st.SearchStrategy[str]:
    return st.lists(WORD, min_size=1, max_size=most).map("".join)


TEXT = texts(7)
LONG_TEXT = texts(40)
SEED = st.integers(0, 2**32 - 1)


def tree_of(text: str) -> WordTree:
    return word_tree([text[start:end] for start, end in parts_of(text)])


def any_game(seed: int) -> Game:
    """Return a game in which every mask has outputs of its own."""
    chance = np.random.default_rng(seed)
    known: dict[bytes, Any] = {}

    def play(masks: Any) -> Any:
        return np.array([known.setdefault(row.tobytes(), chance.normal(size=2)) for row in masks])

    return play


def additive(weights: Any) -> Game:
    return lambda masks: masks @ weights + 0.25


def shap_values(text: str, game: Game, max_evals: int = 10_000) -> Any:
    return np.array(played(Shap(max_evals=max_evals), text, game).attribution.values)


def orders(tree: WordTree, node: int) -> list[list[int]]:
    """Return the orders of a node's parts in which those of every node below stay together."""
    if node < tree.n_parts:
        return [[node]]
    left, right = (orders(tree, child) for child in tree.children[node])
    pairs = list(product(left, right))
    return [one + other for one, other in pairs] + [other + one for one, other in pairs]


@some
@given(text=texts(6), seed=SEED)
def test_values_are_the_mean_gain_over_all_orders_that_keep_nodes_together(
    text: str, seed: int
) -> None:
    tree = tree_of(text)
    game = any_game(seed)
    gains = np.zeros((tree.n_parts, 2))
    ways = orders(tree, tree.root)
    for way in ways:
        present = np.zeros((1, tree.n_parts), dtype=bool)
        for part in way:
            before = game(present)
            present[0, part] = True
            gains[part] += (game(present) - before)[0] / len(ways)
    np.testing.assert_allclose(shap_values(text, game), gains, atol=1e-9)


@some
@given(text=LONG_TEXT, seed=SEED, max_evals=st.integers(4, 200), n_at_once=st.integers(2, 9))
def test_values_sum_to_the_whole_less_the_blank_text_within_any_budget(
    text: str, seed: int, max_evals: int, n_at_once: int
) -> None:
    method = Shap(max_evals=max_evals, batch_size=n_at_once)
    found = played(method, text, any_game(seed))
    values = found.attribution
    assert values.base is not None
    assert values.total is not None
    np.testing.assert_allclose(np.add(values.base, np.sum(values.values, axis=0)), values.total)
    # The blank text is asked about beforehand, and two texts are not parted.
    assert sum(found.rounds) + 1 <= max_evals + max_evals % 2
    if values.is_capped:
        assert sum(found.rounds) + 1 >= max_evals


@some
@given(text=TEXT, seed=SEED)
def test_in_an_additive_game_each_part_gets_what_it_adds(text: str, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(len(parts_of(text)), 3))
    game = additive(weights)
    np.testing.assert_allclose(shap_values(text, game), weights, atol=1e-12)
    lost = played(Occlusion(), text, game).attribution.values
    np.testing.assert_allclose(lost, weights, atol=1e-12)


@some
@given(text=TEXT, seed=SEED, number=st.integers(0, 6))
def test_a_part_that_never_matters_gets_nothing(text: str, seed: int, number: int) -> None:
    idle = number % len(parts_of(text))
    other = any_game(seed)

    def game(masks: Any) -> Any:
        blind = masks.copy()
        blind[:, idle] = False
        return other(blind)

    np.testing.assert_allclose(shap_values(text, game)[idle], 0, atol=1e-12)
    assert played(Occlusion(), text, game).attribution.values[idle] == (0, 0)


@some
@given(text=texts(7).filter(lambda text: len(parts_of(text)) > 1), seed=SEED)
def test_two_neighbours_that_stand_for_each_other_get_the_same(text: str, seed: int) -> None:
    pair = tree_of(text).children[len(parts_of(text))]  # the first that were joined
    other = any_game(seed)

    def game(masks: Any) -> Any:
        sorted_masks = masks.copy()
        sorted_masks[:, pair] = np.sort(masks[:, pair], axis=1)
        return other(sorted_masks)

    one, another = shap_values(text, game)[pair]
    np.testing.assert_allclose(one, another, atol=1e-12)


@some
@given(text=LONG_TEXT)
def test_every_node_is_a_run_made_of_its_two_children(text: str) -> None:
    tree = tree_of(text)
    for node in range(tree.n_parts, tree.root + 1):
        left, right = tree.children[node]
        assert max(left, right) < node
        assert tree.starts[node] == tree.starts[left]
        assert tree.stops[left] == tree.starts[right]
        assert tree.stops[right] == tree.stops[node]
    assert (tree.starts[tree.root], tree.stops[tree.root]) == (0, tree.n_parts)


@some
@given(text=TEXT, seed=SEED)
def test_lime_gives_each_place_of_a_word_the_same(text: str, seed: int) -> None:
    values = played(Lime(n_samples=50), text, any_game(seed)).attribution.values
    by_word: dict[str, set[Any]] = {}
    for (start, end), row in zip(parts_of(text), values, strict=True):
        by_word.setdefault(text[start:end].strip(" ,.'"), set()).add(row)
    assert all(len(rows) == 1 for rows in by_word.values())


@some
@given(seed=SEED)
def test_lime_comes_close_to_what_the_words_of_an_additive_game_add(seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(6, 2))
    game = additive(weights)
    found = played(Lime(n_samples=1000), "one two three four five six", game).attribution
    np.testing.assert_allclose(found.values, weights, atol=0.1)
