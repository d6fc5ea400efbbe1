from __future__ import annotations

import time

import pytest
import regex  # type: ignore[import-untyped]  # ships no types
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenize import tokenize as rouge_tokenize

from harness.suites.metrics.tokenization import (
    ascii_words,
    characters,
    replace_lone_surrogates,
    tokenizer_for,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我喜欢吃苹果。", ["我", "喜", "欢", "吃", "苹", "果"]),
        ("ラーメンを2杯", ["ラ", "ー", "メ", "ン", "を", "2", "杯"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
        ("한국어 시험", ["한", "국", "어", "시", "험"]),
        ("ฉันรักแมว", ["ฉั", "น", "รั", "ก", "แ", "ม", "ว"]),
        ("น้ำ", ["น้ำ"]),
        ("Größe, größe", ["größe", "größe"]),
        ("Москва: столица", ["москва", "столица"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("naïve_approach", ["naïve", "approach"]),
        ("GPT-4用了3天", ["gpt", "4", "用", "了", "3", "天"]),
        ("…。、!?", []),
        ("", []),
    ],
)
def test_words_of_each_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_composed_and_decomposed_letters_are_one_word() -> None:
    assert words("cafe\u0301") == words("caf\u00e9") == ["café"]
    assert words("\u1112\u1161\u11ab") == ["한"]


def test_thai_splits_where_grapheme_clusters_end() -> None:
    text = "ที่นี่มีน้ำและเก้าอี้หกตัว"
    assert characters(text) == regex.findall(r"\X", text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_on_ascii_both_tokenizers_are_rouge_scores(text: str) -> None:
    assert words(text) == ascii_words(text) == rouge_tokenize(text, None)


@given(st.text())
def test_ascii_words_are_rouge_scores_on_any_text(text: str) -> None:
    assert ascii_words(text) == rouge_tokenize(text, None)


@given(st.text(alphabet=st.characters()))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    kept = set("".join(words(text)))
    assert kept >= {letter for letter in "".join(characters(text)) if letter.isalnum()}


@pytest.mark.parametrize(
    ("name", "references", "expected"),
    [
        ("auto", ["plain words"], ascii_words),
        ("auto", ["“curly” … 100 €"], ascii_words),
        ("auto", ["plain", "größer"], words),
        ("auto", ["猫"], words),
        ("default", ["猫"], ascii_words),
        ("character", ["plain"], characters),
    ],
)
def test_references_choose_the_tokenizer(
    name: str, references: list[str], expected: object
) -> None:
    assert tokenizer_for(name, references) is expected  # type: ignore[arg-type]  # a bad name fails


def test_lone_surrogates_become_encodable_and_pairs_stay() -> None:
    assert replace_lone_surrogates("a\ud83db\U0001f600") == "a\ufffdb\U0001f600"
    replace_lone_surrogates("\udfff猫").encode()


def test_long_text_takes_no_quadratic_time() -> None:
    text = "ab猫é\u0301" * 100_000
    start = time.process_time()
    assert len(words(text)) == 200_001
    assert time.process_time() - start < 5
