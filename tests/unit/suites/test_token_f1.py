from __future__ import annotations

import collections
import random
import re
import string

import pytest

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.metrics.token_f1 import TokenF1

WORDS = ["the", "a", "cat", "Cat", "sat.", "on", "mat,", "an", "apple", "(red)", "x-ray", "don't"]


def f1(answer: str, *references: str, metric: TokenF1 | None = None) -> float:
    sample = Sample(id="s", index=0, text="q", targets=references)
    score = (metric or TokenF1()).measure(sample, Generation(text=answer, finish_reason="stop"))
    assert isinstance(score, Scored)
    return score.statistics[0]


def squad_f1(answer: str, reference: str) -> float:
    """The definition of Rajpurkar et al., spelt out step by step."""

    def tokens(text: str) -> list[str]:
        kept = "".join(char for char in text.lower() if char not in set(string.punctuation))
        return [word for word in re.split(r"\s+", kept) if word not in ("", "a", "an", "the")]

    found, wanted = tokens(answer), tokens(reference)
    if not found or not wanted:
        return float(found == wanted)
    shared = sum((collections.Counter(found) & collections.Counter(wanted)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(found), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def test_equals_the_definition_on_random_english() -> None:
    rng = random.Random(5)
    for _ in range(500):
        answer = " ".join(rng.choices(WORDS, k=rng.randrange(8)))
        reference = " ".join(rng.choices(WORDS, k=rng.randrange(1, 8)))
        assert f1(answer, reference) == pytest.approx(squad_f1(answer, reference), abs=1e-12)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("我喜欢吃香蕉", "我喜欢吃苹果", 4 / 6),  # 我 喜 欢 吃 of six characters each
        ("猫が好き", "犬が好き", 3 / 4),
        ("서울특별시", "서울시", 2 * 3 / (5 + 3)),  # 서 울 시
        ("ฉันรักหมา", "ฉันรักแมว", 2 * 5 / (7 + 7)),  # ฉั น รั ก ม; not แ ว against ห า
        ("Москва", "москва", 1.0),
        ("große Häuser", "Große Häuser", 1.0),
    ],
)
def test_scripts_beyond_ascii(answer: str, reference: str, expected: float) -> None:
    assert f1(answer, reference) == pytest.approx(expected, abs=1e-12)


def test_best_reference_counts() -> None:
    assert f1("blue whale", "red fox", "whale") == pytest.approx(2 / 3)


def test_empty_answer_is_wrong_not_missing() -> None:
    assert f1("", "Paris") == 0.0
    assert f1("the", "an") == 1.0  # both normalise to nothing: SQuAD 2.0 calls that agreement
    assert isinstance(
        TokenF1().measure(
            Sample(id="s", index=0, text="q"), Generation(text="x", finish_reason="stop")
        ),
        Unscored,
    )


def test_character_tokenizer_and_lone_surrogates() -> None:
    assert f1("ab", "ac", metric=TokenF1(tokenizer="character")) == pytest.approx(0.5)
    assert f1("caf\ud800", "café") == 0.0
