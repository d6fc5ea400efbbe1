"""Templates become texts, and lists of words what stands in them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from harness.core.response import Classification
from harness.core.score import Unscored
from harness.suites.behaviour.cases import cases_of
from harness.suites.behaviour.sheet import BehaviouralTest, Sheet
from harness.suites.behaviour.templates import fillings
from harness.suites.behaviour.words import FromLexicon
from harness.suites.expectation import Expectation

WORDS = {"a": ("x", "y", "z"), "b": ("1", "2")}


def answer(score: float, *, is_probability: bool = True) -> Classification:
    return Classification(
        labels=("yes", "no"), scores=(score, 1 - score), is_probability=is_probability
    )


def test_all_combinations_come_in_order() -> None:
    found = ["".join(each.values()) for each in fillings(("b", "a"), WORDS, None, random.Random(0))]

    assert ["".join(sorted(each)) for each in found] == ["1x", "1y", "1z", "2x", "2y", "2z"]


def test_every_combination_is_drawn_alike_often_and_none_twice() -> None:
    rng = random.Random(1)
    counts: Counter[str] = Counter()
    for _ in range(600):
        drawn = ["".join(each.values()) for each in fillings(("a", "b"), WORDS, 3, rng)]
        assert len(set(drawn)) == 3
        counts.update(drawn)

    assert len(counts) == 6
    assert all(250 <= n <= 350 for n in counts.values()), counts


def test_huge_products_are_drawn_from_without_being_made() -> None:
    words = {name: tuple(map(str, range(1000))) for name in "abcdef"}

    assert len(list(fillings(tuple(words), words, 5, random.Random(0)))) == 5


def test_cases_are_dealt_to_templates_as_evenly_as_they_can_be() -> None:
    test = BehaviouralTest(
        name="t",
        capability="c",
        kind="MFT",
        label="yes",
        templates=("just one", "{b} of two", "{n} of many"),
        n=20,
    )
    sheet = Sheet(test=(test,), words={"b": ("1", "2"), "n": tuple(map(str, range(100)))})

    texts = [sample.text for sample in cases_of(sheet, limit=None, seed=0)]

    ends = Counter(text.split()[-1] for text in texts)
    assert ends == {"one": 1, "two": 2, "many": 17}


def test_variants_have_the_words_of_their_original() -> None:
    test = BehaviouralTest(
        name="t",
        capability="c",
        kind="INV",
        templates=("{a} saw {a:b}",),
        becomes=("{a} has seen {b}", "So {original}"),
    )
    words = {"a": ("Ann", "Bo"), "b": ("owl", "cat")}
    cases = cases_of(Sheet(test=(test,), words=words), limit=None, seed=0).cases

    assert [case.texts for case in cases][:2] == [
        ("Ann saw an owl", "Ann has seen owl", "So Ann saw an owl"),
        ("Ann saw a cat", "Ann has seen cat", "So Ann saw a cat"),
    ]


@pytest.mark.parametrize(
    ("expectation", "scores", "broken"),
    [
        (Expectation(what="is", label="no"), (0.4, 0.6), (False, True)),
        (Expectation(what="unchanged"), (0.4, 0.6, 0.3), (True, False)),
        (Expectation(what="rises", label="yes"), (0.4, 0.4, 0.41, 0.39), (False, False, True)),
        (Expectation(what="falls", label="yes"), (0.4, 0.4, 0.41, 0.39), (False, True, False)),
        (Expectation(what="rises", label="yes", margin=0.1), (0.4, 0.5, 0.45), (False, True)),
        (Expectation(what="falls", label="yes", margin=-0.1), (0.4, 0.5, 0.55), (False, True)),
        (Expectation(what="rises", label="yes"), (0.4, 0.4 - 1e-8), (False,)),
    ],
)
def test_answers_are_held_against_what_is_expected(
    expectation: Expectation, scores: tuple[float, ...], broken: tuple[bool, ...]
) -> None:
    assert expectation.broken([answer(score) for score in scores]) == broken


def test_scores_that_are_no_probabilities_tell_a_direction_alone() -> None:
    answers = [answer(3.0, is_probability=False), answer(2.0, is_probability=False)]

    assert Expectation(what="falls", label="yes").broken(answers) == (False,)
    with_margin = Expectation(what="falls", label="yes", margin=0.1).broken(answers)
    assert with_margin == Unscored("a margin needs a model that gives probabilities")
    assert isinstance(Expectation(what="falls", label="maybe").broken(answers), Unscored)


@pytest.mark.model
def test_word_lists_hold_what_they_say() -> None:
    names = FromLexicon(lexicon="given_names").words()
    pleasant = FromLexicon(lexicon="pleasant").words()
    unpleasant = FromLexicon(lexicon="unpleasant", first=20).words()

    assert len(names) > 900
    assert {"wonderful", "superb", "lovable"} <= set(pleasant)
    assert {"kill", "vile"} & set(unpleasant) == {"vile"}, "adjectives only"
    assert len(unpleasant) == 20
