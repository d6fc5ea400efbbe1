"""The association test against its definition, written out word by word."""

from __future__ import annotations

from itertools import combinations
from math import sqrt
from statistics import fmean, pstdev

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.stats.association import (
    MOST_EXACT,
    associations,
    drawn_interval,
    effect_size,
    jackknife_error,
    permutation_p,
    unit_vectors,
)

Floats = NDArray[np.float64]


def slow_cosine(u: Floats, v: Floats) -> float:
    dot = sum(a * b for a, b in zip(u.tolist(), v.tolist(), strict=True))
    return float(dot / sqrt(sum(a * a for a in u.tolist()) * sum(b * b for b in v.tolist())))


def slow_associations(words: Floats, first: Floats, second: Floats) -> list[float]:
    return [
        fmean(slow_cosine(w, a) for a in first) - fmean(slow_cosine(w, b) for b in second)
        for w in words
    ]


def slow_p(of_x: list[float], of_y: list[float]) -> float:
    everyone = of_x + of_y
    seen = fmean(of_x) - fmean(of_y)
    as_far = total = 0
    for chosen in combinations(range(len(everyone)), len(of_x)):
        rest = [value for i, value in enumerate(everyone) if i not in chosen]
        as_far += fmean(everyone[i] for i in chosen) - fmean(rest) >= seen - 1e-12
        total += 1
    return as_far / total


def drawn_sets(*sizes: int, seed: int = 0, d: int = 7) -> list[Floats]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, d)) + 0.3 * place for place, n in enumerate(sizes)]


def in_one_sentence(vectors: Floats) -> Floats:
    return unit_vectors(vectors)[:, None, :]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(5, 5, 4, 4), (4, 6, 3, 5)])
def test_agrees_with_the_definition_word_by_word(seed: int, sizes: tuple[int, ...]) -> None:
    x, y, a, b = drawn_sets(*sizes, seed=seed)
    slow_x, slow_y = slow_associations(x, a, b), slow_associations(y, a, b)
    units = [in_one_sentence(each) for each in (x, y, a, b)]
    of_x, of_y = (associations(each, *units[2:]) for each in units[:2])
    assert of_x[:, 0] == pytest.approx(slow_x, abs=1e-12)
    slow_d = (fmean(slow_x) - fmean(slow_y)) / pstdev(slow_x + slow_y)
    assert effect_size(of_x, of_y) == pytest.approx(slow_d, abs=1e-12)
    p = permutation_p(of_x, of_y, n_draws=100, seed=0)
    assert p.value == pytest.approx(slow_p(slow_x, slow_y), abs=1e-12)
    assert p.n_drawn == 0


def test_ties_count_as_far() -> None:
    of_x, of_y = np.array([[0.1], [0.3]]), np.array([[0.3], [0.1]])
    # Of six deals the one with both 0.3 is farther, four are as far, and one is less far.
    assert permutation_p(of_x, of_y, n_draws=100, seed=0).value == 5 / 6


def test_draws_agree_with_the_count_of_all() -> None:
    rng = np.random.default_rng(1)
    words = rng.normal(size=(MOST_EXACT, 1)) + np.linspace(0.5, 0, MOST_EXACT)[:, None]
    half = MOST_EXACT // 2
    exact = permutation_p(words[:half], words[half:], n_draws=0, seed=0)
    # A word that all sets hold in equal measure changes nothing, but makes them too many to count.
    nothing = np.zeros((1, 1))
    drawn = permutation_p(
        np.vstack([words[:half], nothing]),
        np.vstack([words[half:], nothing]),
        n_draws=20_000,
        seed=0,
    )
    low, high = drawn_interval(drawn.n_as_far, drawn.n_drawn, 0.999)
    assert drawn.n_drawn == 20_000
    assert 0.01 < exact.value < 0.5
    assert low - 0.02 < exact.value < high + 0.02


def test_the_interval_of_draws_is_clopper_and_pearsons() -> None:
    low, high = drawn_interval(3, 20, 0.95)
    assert low == pytest.approx(0.0320709, abs=1e-6)
    assert high == pytest.approx(0.3789268, abs=1e-6)
    assert drawn_interval(0, 20, 0.95)[0] == 0.0
    assert drawn_interval(20, 20, 0.95)[1] == 1.0


def test_sentences_of_one_word_move_together() -> None:
    x, y, a, b = (in_one_sentence(each) for each in drawn_sets(4, 4, 3, 3))
    thrice = [np.repeat(each, 3, axis=1) for each in (x, y, a, b)]
    once = permutation_p(associations(x, a, b), associations(y, a, b), n_draws=100, seed=0)
    of_x, of_y = (associations(each, *thrice[2:]) for each in thrice[:2])
    again = permutation_p(of_x, of_y, n_draws=100, seed=0)
    assert again.value == once.value
    assert jackknife_error(thrice)[0] == pytest.approx(jackknife_error([x, y, a, b])[0], rel=1e-9)


def test_the_jackknife_is_that_of_four_strata() -> None:
    sets = [in_one_sentence(each) for each in drawn_sets(4, 5, 3, 3)]
    variance = 0.0
    for place, words in enumerate(sets):
        values = []
        for word in range(len(words)):
            x, y, a, b = (
                np.delete(each, word, axis=0) if place == other else each
                for other, each in enumerate(sets)
            )
            values.append(effect_size(associations(x, a, b), associations(y, a, b)))
        variance += (len(values) - 1) * pstdev(values) ** 2
    stderr, freedom = jackknife_error(sets)
    assert stderr == pytest.approx(sqrt(variance), rel=1e-9)
    assert freedom == 11


def test_words_that_are_all_alike_have_no_effect_size() -> None:
    alike = np.full((3, 1), 0.2)
    assert np.isnan(effect_size(alike, alike))


def test_a_vector_without_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="points nowhere"):
        unit_vectors(np.zeros((1, 3)))
