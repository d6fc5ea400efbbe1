from __future__ import annotations

import random

import pytest

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.suites.metrics.distinct import Distinct


def distinct(*answers: str, metric: Distinct | None = None) -> dict[str, float]:
    samples = [Sample(id=str(i), index=i, text="q") for i in range(len(answers))]
    outputs = [Generation(text=answer, finish_reason="stop") for answer in answers]
    return dict((metric or Distinct()).compute(samples, outputs))


def test_by_hand() -> None:
    # a b a | b a: two words of five; ab ba of the three pairs, none across answers
    assert distinct("a b a", "b A") == {"distinct_1": 2 / 5, "distinct_2": 2 / 3}
    assert distinct("我喜欢", "我喜欢") == {"distinct_1": 3 / 6, "distinct_2": 2 / 4}
    assert distinct("แมว") == {"distinct_1": 1.0, "distinct_2": 1.0}


def test_equals_the_definition_on_random_texts() -> None:
    rng = random.Random(1)
    texts = [rng.choices("abcde", k=rng.randrange(1, 9)) for _ in range(50)]
    found = distinct(*(" ".join(text) for text in texts))
    for order in (1, 2):
        grams = [tuple(t[i : i + order]) for t in texts for i in range(len(t) - order + 1)]
        assert found[f"distinct_{order}"] == pytest.approx(len(set(grams)) / len(grams))


def test_an_order_without_ngrams_is_left_out() -> None:
    assert distinct("one", "") == {"distinct_1": 1.0}
    assert distinct("", "...") == {}
    assert distinct() == {}


def test_characters() -> None:
    assert distinct("aab", metric=Distinct(by_character=True))["distinct_1"] == 2 / 3
