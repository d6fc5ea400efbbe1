"""Labels read from likelihoods and from words."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.special import softmax

from harness.core.response import Classification, ContinuationScore, LogLikelihoods
from harness.core.score import Unscored
from harness.suites.label_reading import LabelReader, from_likelihoods
from harness.suites.metrics.tokenization import words

SENTIMENT = {"0": "negative", "1": "positive"}


def likelihoods(*totals: float) -> LogLikelihoods:
    return LogLikelihoods(tuple(ContinuationScore(t, 2, is_greedy=False) for t in totals))


def test_likelihoods_become_their_softmax_over_the_labels() -> None:
    totals = (-12.5, -11.0, -800.0)
    read = from_likelihoods(likelihoods(*totals), ("a", "b", "c"))
    assert isinstance(read, Classification)
    assert read.labels == ("a", "b", "c")
    assert read.is_probability
    assert read.label == "b"
    np.testing.assert_allclose(read.scores, softmax(totals), rtol=1e-12)


def test_very_unlikely_labels_still_share_probability_one() -> None:
    read = from_likelihoods(likelihoods(-5000.0, -5001.0), ("a", "b"))
    assert isinstance(read, Classification)
    np.testing.assert_allclose(read.scores, softmax([0.0, -1.0]), rtol=1e-12)


def test_an_impossible_label_has_probability_0() -> None:
    read = from_likelihoods(likelihoods(-inf, -3.0), ("a", "b"))
    assert isinstance(read, Classification)
    assert read.scores == (0.0, 1.0)


def test_impossible_labels_only_are_unscored() -> None:
    assert from_likelihoods(likelihoods(-inf, -inf), ("a", "b")) == Unscored(
        "the model gives every label probability 0"
    )


def test_another_count_of_scores_is_unscored() -> None:
    assert from_likelihoods(likelihoods(-1.0), ("a", "b")) == Unscored(
        "1 scores came back for 2 labels"
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("positive", "1"),
        (" Positive.\n", "1"),
        ("**NEGATIVE**", "0"),
        ("1", "1"),
        ("Label: 0", "0"),
        ("Answer: positive.", "1"),
        ("The sentiment is clearly positive.", "1"),
        ("Positive, I think.", "1"),
        ("**Positive**: it praises the plot", "1"),
        ("Negative\nThe plot is thin.", "0"),
        ("Negative - not a film to see", "0"),
        ("It is positive. Yes, positive!", "1"),
    ],
)
def test_a_label_is_read_from_its_word_or_its_name(text: str, label: str) -> None:
    assert LabelReader(SENTIMENT).label(text) == label


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the answer names no label: ''"),
        ("I cannot say\nthat.", "the answer names no label: 'I cannot say that.'"),
        ("positively", "the answer names no label: 'positively'"),
        ("Positive or negative?", "the answer names several labels: 1, 0"),
        ("not positive", "the answer has a negation before its label: 'not positive'"),
        ("It isn't positive.", 'the answer has a negation before its label: "It isn\'t positive."'),
        (
            "It isn\u2019t positive",
            "the answer has a negation before its label: 'It isn\u2019t positive'",
        ),
        ("Never positive", "the answer has a negation before its label: 'Never positive'"),
        ("No, positive", "the answer has a negation before its label: 'No, positive'"),
        ("不是 positive", "the answer has a negation before its label: '不是 positive'"),
        (
            "Some positive words are in it",
            "the answer mentions a label amid other words: 'Some positive words are in it'",
        ),
        (
            "Positive? Who knows",
            "the answer mentions a label amid other words: 'Positive? Who knows'",
        ),
        ("x" * 100, f"the answer names no label: '{'x' * 60}…'"),
    ],
)
def test_anything_else_is_unscored_with_its_reason(text: str, reason: str) -> None:
    assert LabelReader(SENTIMENT).label(text) == Unscored(reason)


def test_the_longer_label_is_meant_where_one_holds_the_other() -> None:
    stars = {"good": "good", "very good": "very good", "not good": "not good"}
    assert LabelReader(stars).label("I would say: very good.") == "very good"
    assert LabelReader(stars).label("Not good!") == "not good"
    assert LabelReader(stars).label("good, or so") == "good"


@pytest.mark.parametrize(
    "text", ["There is no way to tell", "No way to tell", "I know of no reason"]
)
def test_a_no_within_a_sentence_is_not_the_label_no(text: str) -> None:
    reader = LabelReader({"no": "no", "yes": "yes"})
    assert isinstance(reader.label(text), Unscored)
    assert reader.label("No, it is not.") == "no"
    assert reader.label("Answer: no") == "no"


def test_labels_of_punctuation_are_read_when_they_stand_alone() -> None:
    signs = {"+": "+", "-": "-", "C": "c", "C++": "c++"}
    assert LabelReader(signs).label(" + ") == "+"
    assert LabelReader(signs).label("C++") == "C++"
    assert isinstance(LabelReader(signs).label("it is C++, I think"), Unscored)


def test_a_verbaliser_goes_before_another_labels_name() -> None:
    assert LabelReader({"1": "2", "2": "1"}).label("1") == "2"
    assert LabelReader({"1": "2", "2": "1"}).label("it is 1") == "2"


def test_labels_in_scripts_without_spaces_are_found() -> None:
    chinese = {"正面": "正面", "负面": "负面"}
    assert LabelReader(chinese).label("答案是正面。") == "正面"
    assert LabelReader({"บวก": "บวก", "ลบ": "ลบ"}).label("ความรู้สึกเป็นลบ") == "ลบ"


def test_a_named_label_gets_score_1_and_no_probability() -> None:
    assert LabelReader(SENTIMENT).classification("Negative.") == Classification(
        labels=("0", "1"), scores=(1.0, 0.0), is_probability=False
    )
    assert isinstance(LabelReader(SENTIMENT).classification("?"), Unscored)


def test_the_labels_words_are_cut_once_for_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []

    def counted(text: str) -> list[str]:
        cut.append(text)
        return words(text)

    monkeypatch.setattr("harness.suites.label_reading.words", counted)
    reader = LabelReader(SENTIMENT)
    cut.clear()
    texts = ["it is positive" + "!" * number for number in range(100)]
    assert {reader.label(text) for text in texts} == {"1"}
    assert cut == texts
