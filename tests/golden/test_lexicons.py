"""Word lists as their packages have them, and WordNet as NLTK reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.sources.lexicons.given_names import given_names
from harness.sources.lexicons.homoglyphs import homoglyphs
from harness.sources.lexicons.nltk_data import use_nltk_data
from harness.sources.lexicons.ocr import ocr_letters, ocr_words
from harness.sources.lexicons.sentiment_words import sentiment_words
from harness.sources.lexicons.spelling import british_spellings
from harness.sources.lexicons.stop_words import stop_words
from harness.sources.lexicons.textattack_tables import keyboard_neighbours, look_alikes
from harness.sources.lexicons.wordnet import WordNet, is_one_word, wordnet

pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lexicons")]

BY_NLTK = Path(__file__).parent / "lexicons" / "wordnet_by_nltk.json"
"""Synonyms and antonyms of 300 forms, told by NLTK 3.10.4 over the same files."""


def test_wordnet_answers_as_nltk_does() -> None:
    known = wordnet()
    expected = json.loads(BY_NLTK.read_text(encoding="utf-8"))
    assert {
        word: [list(known.synonyms(word)), list(known.antonyms(word))] for word in expected
    } == expected


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_wordnet_answers_as_nltk_does_for_every_word() -> None:
    use_nltk_data()
    from nltk.corpus import stopwords
    from nltk.corpus import wordnet as by_nltk

    assert set(stopwords.words("english")) == stop_words()
    known = wordnet()
    forms = set(known.senses).union(*known.irregular.values())
    inflected = {word + ending for word in forms for ending in ("s", "ing", "er") if len(word) == 5}
    names = {word.title() for word in forms if len(word) == 6}
    other = [
        word
        for word in sorted(forms | inflected | names)
        if known.synonyms(word) != nltk_synonyms(by_nltk, word)
        or known.antonyms(word) != nltk_antonyms(by_nltk, word)
    ]
    assert len(forms) > 150_000
    assert other == []


def nltk_synonyms(by_nltk: Any, word: str) -> tuple[str, ...]:
    """The answer of TextAttack's ``WordSwapWordNet``, in the order in which it meets the names."""
    names = (name for synset in by_nltk.synsets(word) for name in synset.lemma_names())
    return tuple(dict.fromkeys(name for name in names if name != word and is_one_word(name)))


def nltk_antonyms(by_nltk: Any, word: str) -> tuple[str, ...]:
    names = (
        antonym.name()
        for part in "nvar"
        for base in by_nltk._morphy(word.lower(), part)
        for synset in by_nltk.synsets(base, part)
        for lemma in synset.lemmas()
        if lemma.name().lower() == base
        for antonym in lemma.antonyms()
    )
    return tuple(dict.fromkeys(name for name in names if is_one_word(name)))


def test_the_table_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = wordnet.__wrapped__()
    monkeypatch.setattr(
        "harness.sources.lexicons.wordnet_table.data_text", lambda _: pytest.fail("compiled again")
    )
    again = wordnet.__wrapped__()
    assert (len(first.synsets), len(first.senses)) == (117_659, 147_306)
    assert isinstance(again, WordNet)
    assert again == first


def test_stop_words() -> None:
    assert len(stop_words()) == 198
    assert {"the", "not", "wouldn't", "you'd"} <= stop_words()
    assert "good" not in stop_words()


def test_spellings_go_both_ways() -> None:
    assert british_spellings()["color"] == "colour"
    assert len(set(british_spellings().values())) == len(british_spellings())


def test_ocr_errors_of_words_and_of_letters() -> None:
    assert ocr_words()["the"][:3] == ("tle", "tlie", "tbe")
    assert sum(map(len, ocr_words().values())) == 4734
    assert ocr_letters()["h"] == {"b": 145, "li": 139}
    assert ocr_letters()["o"]["0"] == 113
    assert all(count >= 10 for row in ocr_letters().values() for count in row.values())


def test_homoglyphs_go_both_ways_and_are_other_characters() -> None:
    table = homoglyphs()
    assert table["a"] == ("\N{CYRILLIC SMALL LETTER A}",)
    assert sum(map(len, table.values())) == 2 * 77
    for one, others in table.items():
        assert one not in others
        assert all(one in table[other] for other in others)


def test_textattacks_tables() -> None:
    assert keyboard_neighbours()["q"] == ("w", "a", "s")
    assert set(keyboard_neighbours()) == set("abcdefghijklmnopqrstuvwxyz")
    assert look_alikes()["a"] == "\N{LATIN SMALL LETTER ALPHA}"
    assert len(look_alikes()) == 38


def test_sentiment_words_are_rated_within_the_scale() -> None:
    assert sentiment_words()["good"] == 1.9
    assert sentiment_words()["horrible"] == -2.5
    assert all(-4 <= rating <= 4 for rating in sentiment_words().values())


def test_given_names_are_capitalised() -> None:
    assert [len(given_names(gender)) for gender in ("female", "male")] == [468, 457]
    assert given_names("male")[0] == "Jacob"
    assert all(name == name.capitalize() for name in given_names("female"))
