"""Where texts are cut, and what stands in them where parts are masked."""

from __future__ import annotations

import numpy as np
import pytest

from harness.suites.explanations.masking import Masking
from harness.suites.explanations.parts import Splitter, parts_of


def cut(text: str, splitter: Splitter = "words") -> list[str]:
    return [text[start:end] for start, end in parts_of(text, splitter)]


def masked(text: str, mask: str, mask_token: str = "...") -> str:
    how = Masking(mask_token=mask_token)
    (found,) = how.masked(text, how.parts(text), np.array([[each == "x" for each in mask]]))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A good film.", ["A ", "good ", "film."]),
        ("“Don't”, she said", ["“", "Don'", "t”, ", "she ", "said"]),
        (" café_1\n\n!", [" ", "café_1\n\n!"]),
        ("...", ["..."]),
        ("film", ["film"]),
        ("", []),
    ],
)
def test_a_part_is_a_word_and_what_is_behind_it(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "last"), [("A good film.", "film"), ("A good film", "film"), ("...", "")]
)
def test_shap_loses_what_is_behind_the_last_word(text: str, last: str) -> None:
    assert cut(text, "shap")[-1] == last


# The expected texts are those that shap.maskers.Text(r"\W+") of shap 0.51.0 returns.
@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("xxxx", "A very, good film"),
        ("....", "..."),
        ("x..x", "A ...film"),
        (".x.x", "...very, ...film"),
        ("xx..", "A very, ..."),
    ],
)
def test_a_run_of_masked_parts_becomes_one_mask_token(mask: str, expected: str) -> None:
    assert masked("A  very,\ngood film", mask) == expected


@pytest.mark.parametrize(("mask_token", "expected"), [("[MASK]", "A [MASK]film"), ("", "A film")])
def test_there_may_be_another_mask_token_or_none(mask_token: str, expected: str) -> None:
    assert masked("A very, good film", "x..x", mask_token) == expected


def test_many_masks_are_taken_in_their_order() -> None:
    how = Masking()
    masks = np.array([[True, False], [False, False], [True, True], [False, True]])
    texts = how.masked("a b", how.parts("a b"), masks)
    assert texts == ["a ...", "...", "a b", "...b"]


def test_no_masks_give_no_texts() -> None:
    how = Masking()
    assert how.masked("a b", how.parts("a b"), np.zeros((0, 2), dtype=bool)) == []
