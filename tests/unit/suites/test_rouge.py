from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.suites.metrics.longest_common_subsequence import lcs_length
from harness.suites.metrics.rouge import Rouge

KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
WORDS = ["The", "cats", "cat", "sat", "running", "on", "a mat,", "7", "hats\n", "It's", "nice!\n"]


def rouge(answer: str, *references: str, metric: Rouge | None = None) -> dict[str, float]:
    sample = Sample(id="s", index=0, text="q", targets=references)
    score = (metric or Rouge()).measure(sample, Generation(text=answer, finish_reason="stop"))
    assert isinstance(score, Scored)
    return dict(zip(KINDS, score.statistics, strict=True))


@pytest.mark.parametrize("stem", [False, True])
@pytest.mark.parametrize("tokenizer", ["auto", "default"])
def test_equals_rouge_score_on_english(*, stem: bool, tokenizer: str) -> None:
    rng = random.Random(4)
    theirs = RougeScorer(KINDS, use_stemmer=stem)
    metric = Rouge(stem=stem, tokenizer=tokenizer)  # type: ignore[arg-type]  # names of the Literal
    for _ in range(200):
        texts = [" ".join(rng.choices(WORDS, k=rng.randrange(15))) for _ in range(4)]
        expected = theirs.score_multi(texts[1:], texts[0])
        found = rouge(*texts, metric=metric)
        assert found == pytest.approx({k: expected[k].fmeasure for k in KINDS}, abs=1e-12)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        # 我 喜 欢 吃 of six each; 我喜 喜欢 欢吃 of five pairs
        ("我喜欢吃香蕉", "我喜欢吃苹果", (4 / 6, 3 / 5, 4 / 6)),
        # 猫 of 猫 が 好 き against 好 き な 猫: three shared, the pair 好き, its length the longest
        ("猫が好き", "好きな猫", (3 / 4, 1 / 3, 2 / 4)),
        ("서울시", "서울특별시", (6 / 8, 2 / 6, 6 / 8)),
        # ฉั น รั ก ห ม า against ฉั น รั ก แ ม ว
        ("ฉันรักหมา", "ฉันรักแมว", (5 / 7, 3 / 6, 5 / 7)),
        ("Москва большая", "большая Москва", (1.0, 0.0, 0.5)),
    ],
)
def test_by_hand_beyond_ascii(
    answer: str, reference: str, expected: tuple[float, float, float]
) -> None:
    found = rouge(answer, reference)
    assert tuple(found[k] for k in KINDS[:3]) == pytest.approx(expected, abs=1e-12)
    assert found["rougeLsum"] == found["rougeL"]


def test_the_default_tokenizer_shows_the_defect_that_auto_mends() -> None:
    assert rouge("我喜欢", "我喜欢", metric=Rouge(tokenizer="default"))["rouge1"] == 0.0
    assert rouge("我喜欢", "我喜欢")["rouge1"] == 1.0


def test_lines_of_chinese_are_united() -> None:
    found = rouge("乙\n甲", "甲\n乙")
    assert found["rougeL"] == pytest.approx(0.5)
    assert found["rougeLsum"] == pytest.approx(1.0)


def test_empty_answer_scores_nothing_and_no_reference_is_unscored() -> None:
    assert set(rouge("", "a cat").values()) == {0.0}
    sample = Sample(id="s", index=0, text="q")
    assert not isinstance(
        Rouge().measure(sample, Generation(text="x", finish_reason="stop")), Scored
    )


@given(st.text(), st.text(min_size=1))
def test_bounds(answer: str, reference: str) -> None:
    assert all(0.0 <= value <= 1.0 for value in rouge(answer, reference).values())


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_lcs_length_is_the_tables(first: list[str], second: list[str]) -> None:
    row = [0] * (len(second) + 1)
    for token in first:
        above = row[:]
        for j, other in enumerate(second, start=1):
            row[j] = above[j - 1] + 1 if token == other else max(above[j], row[j - 1])
    assert lcs_length(first, second) == row[-1]


def test_long_text_is_measured_in_seconds() -> None:
    answer, reference = "我们喜欢猫" * 4000, "他们喜欢狗" * 4000
    start = time.process_time()
    assert rouge(answer, reference)["rougeL"] == pytest.approx(3 / 5, abs=1e-3)
    assert time.process_time() - start < 10


def test_signature_names_the_library() -> None:
    assert Rouge().signature == {
        "tok": "auto",
        "stem": "no",
        "unicode": "nfc",
        "rouge-score": "0.1.2",
    }
