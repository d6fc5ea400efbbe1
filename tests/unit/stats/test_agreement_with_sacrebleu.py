"""Paired tests of corpus BLEU against those that sacrebleu ships."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sacrebleu.metrics import BLEU
from sacrebleu.significance import PairedTest

from harness.stats.approximate_randomisation import approximate_randomisation
from harness.stats.paired_bootstrap import paired_bootstrap
from harness.stats.permutation import sign_flip_test
from harness.suites.metrics.bleu import Bleu

Floats = NDArray[np.float64]

WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "under", "mat", "table", "and", "home"]


def translations(seed: int) -> tuple[list[str], list[str], list[str]]:
    """References, and two systems that get each word wrong with a chance of 25 and 26 %."""
    rng = np.random.default_rng(seed)
    references: list[str] = []
    a: list[str] = []
    b: list[str] = []
    for _ in range(200):
        words = rng.choice(WORDS, size=rng.integers(6, 16))
        is_easy = rng.random(words.size)
        references.append(" ".join(words))
        for system, error in ((a, 0.25), (b, 0.26)):
            is_wrong = is_easy * 0.5 + rng.random(words.size) * 0.5 < error
            system.append(" ".join(np.where(is_wrong, rng.choice(WORDS, words.size), words)))
    return references, a, b


def statistics_of(answers: list[str], references: list[str]) -> Floats:
    return np.array(BLEU()._extract_corpus_statistics(answers, [references]), dtype=np.float64)


def sacrebleus_p(kind: str, seed: int) -> float:
    references, a, b = translations(seed)
    test = PairedTest(
        [("a", a), ("b", b)], {"BLEU": BLEU()}, [references], test_type=kind, n_samples=10_000
    )
    _, scores = test()
    p_value = scores["BLEU"][1].p_value
    assert p_value is not None
    return float(p_value)


@pytest.mark.parametrize("seed", [1, 2])
def test_approximate_randomisation_is_sacrebleus(seed: int) -> None:
    references, a, b = translations(seed)
    sides = statistics_of(a, references), statistics_of(b, references)
    found = approximate_randomisation(Bleu().reduce, *sides, seed=0)
    assert found[0] == pytest.approx(sacrebleus_p("ar", seed), abs=0.015)


def test_the_paired_bootstrap_counts_the_tail_that_sacrebleu_leaves_out() -> None:
    # sacrebleu centres |difference| and counts only those above: the p of one side.
    references, a, b = translations(2)
    sides = statistics_of(a, references), statistics_of(b, references)
    found = paired_bootstrap(Bleu().reduce, *sides, seed=0, n_resamples=10_000)
    deviations = np.abs(found.difference.values[:, 0])
    one_sided = (deviations - deviations.mean() > abs(found.difference.point[0])).mean()
    assert one_sided == pytest.approx(sacrebleus_p("bs", 2), abs=0.01)
    assert found.p_value(0) == pytest.approx(2 * one_sided, rel=0.3)
    assert found.p_value(0) == pytest.approx(sacrebleus_p("ar", 2), abs=0.03)


def test_identical_systems_are_no_evidence() -> None:
    references, a, _ = translations(3)
    side = statistics_of(a, references)
    assert approximate_randomisation(Bleu().reduce, side, side, seed=0, n_permutations=99)[0] == 1.0


def test_clusters_change_places_together() -> None:
    def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
        means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
        return means

    clusters = np.repeat(np.arange(7), 30)
    a = np.random.default_rng(4).normal(size=(210, 1))
    shift = np.array([1.0, 0.8, 0.5, -0.3, 0.7, -0.1, 0.6])[clusters]
    expected = sign_flip_test(shift, seed=0, clusters=clusters)
    assert expected.is_exact
    found = approximate_randomisation(mean_reduce, a, a + shift[:, None], seed=0, clusters=clusters)
    assert found[0] == pytest.approx(expected.p_value, abs=0.01)


def test_a_quantity_that_one_model_leaves_undefined_has_no_p() -> None:
    def undefined(statistics: Floats, weights: Floats) -> Floats:
        return np.full((len(weights), statistics.shape[1]), np.nan)

    side = np.ones((4, 2))
    assert np.isnan(approximate_randomisation(undefined, side, side, seed=0)).all()
