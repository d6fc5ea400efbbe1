"""Labels read from likelihoods and from words."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.special import softmax

from harness.core.response import Classification, ContinuationScore, LogLikelihoods
from harness.core.score import Unscored
from harness.suites.label_reading import from_likelihoods, from_text, read_label

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
        ("The sentiment is clearly positive, I think.", "1"),
        ("It is positive. Yes, positive!", "1"),
    ],
)
def test_a_label_is_read_from_its_word_or_its_name(text: str, label: str) -> None:
    assert read_label(text, SENTIMENT) == label


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the answer names no label: ''"),
        ("I cannot say\nthat.", "the answer names no label: 'I cannot say that.'"),
        ("positively", "the answer names no label: 'positively'"),
        ("Positive or negative?", "the answer names several labels: 1, 0"),
        ("x" * 100, f"the answer names no label: '{'x' * 60}…'"),
    ],
)
def test_anything_else_is_unscored_with_its_reason(text: str, reason: str) -> None:
    assert read_label(text, SENTIMENT) == Unscored(reason)


def test_the_longer_label_is_meant_where_one_holds_the_other() -> None:
    stars = {"good": "good", "very good": "very good", "not good": "not good"}
    assert read_label("I would say: very good.", stars) == "very good"
    assert read_label("Not good!", stars) == "not good"
    assert read_label("good enough", stars) == "good"


def test_labels_of_punctuation_are_read_when_they_stand_alone() -> None:
    signs = {"+": "+", "-": "-", "C": "c", "C++": "c++"}
    assert read_label(" + ", signs) == "+"
    assert read_label("C++", signs) == "C++"
    assert isinstance(read_label("it is C++, I think", signs), Unscored)


def test_a_verbaliser_goes_before_another_labels_name() -> None:
    assert read_label("1", {"1": "2", "2": "1"}) == "2"
    assert read_label("it is 1", {"1": "2", "2": "1"}) == "2"


def test_labels_in_scripts_without_spaces_are_found() -> None:
    chinese = {"正面": "正面", "负面": "负面"}
    assert read_label("答案是正面。", chinese) == "正面"
    assert read_label("ความรู้สึกเป็นลบ", {"บวก": "บวก", "ลบ": "ลบ"}) == "ลบ"


def test_a_named_label_gets_score_1_and_no_probability() -> None:
    assert from_text("Negative.", SENTIMENT) == Classification(
        labels=("0", "1"), scores=(1.0, 0.0), is_probability=False
    )
    assert isinstance(from_text("?", SENTIMENT), Unscored)
