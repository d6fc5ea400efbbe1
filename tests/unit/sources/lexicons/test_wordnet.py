"""What is read out of WordNet's files, on a few words of the same format."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fakes.tiny_wordnet import use_tiny_wordnet

from harness.core.errors import ConfigError
from harness.sources.lexicons import wordnet_files
from harness.sources.lexicons.morphology import base_forms
from harness.sources.lexicons.nltk_data import nltk_data, use_nltk_data
from harness.sources.lexicons.wordnet import WordNet, is_one_word, wordnet


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WordNet:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    use_tiny_wordnet(tmp_path, monkeypatch)
    try:
        return wordnet.__wrapped__()
    finally:
        wordnet_files.irregular_forms.cache_clear()


def test_synonyms_come_by_part_of_speech_and_then_by_frequency(tiny: WordNet) -> None:
    assert tiny.synonyms("film") == ("movie", "cinema", "shoot", "take")
    assert tiny.synonyms("film", "v") == ("shoot", "take")
    assert tiny.synonyms("films") == ("movie", "film", "cinema", "shoot", "take")


def test_a_word_is_its_own_synonym_when_it_is_written_otherwise(tiny: WordNet) -> None:
    assert tiny.synonyms("Good") == ("good", "sound", "solid", "well")
    assert tiny.synonyms("good") == ("sound", "Good", "solid", "well")


def test_irregular_forms_lead_to_their_base_forms(tiny: WordNet) -> None:
    assert tiny.synonyms("geese") == ("goose",)
    assert tiny.synonyms("took") == ("film", "shoot", "take")
    assert tiny.synonyms("better") == ("good", "sound", "Good", "solid", "well")


def test_what_the_package_added_to_the_irregular_forms_is_left_out(tiny: WordNet) -> None:
    assert tiny.irregular["v"] == {"took": ("take",)}
    assert tiny.irregular["r"] == {"better": ("well",)}


def test_names_of_several_words_are_no_synonyms(tiny: WordNet) -> None:
    assert "motion_picture" in tiny.synsets[0].split()
    assert "motion_picture" not in tiny.synonyms("movie")
    assert tiny.synonyms("america") == ("America",)


def test_antonyms_are_those_of_the_word_and_not_of_its_synonyms(tiny: WordNet) -> None:
    assert tiny.antonyms("good") == ("bad",)
    assert tiny.antonyms("better") == ("bad",)
    assert tiny.antonyms("bad", "a") == ("good",)
    assert tiny.antonyms("good", "n") == ()
    assert tiny.antonyms("sound") == ()


def test_parts_of_speech_are_those_of_all_base_forms(tiny: WordNet) -> None:
    assert tiny.parts_of_speech("films") == ("n", "v")
    assert tiny.parts_of_speech("better") == ("a", "r")
    assert tiny.parts_of_speech("xyzzy") == ()


def test_an_unknown_word_has_neither(tiny: WordNet) -> None:
    assert tiny.synonyms("xyzzy") == tiny.antonyms("xyzzy") == ()


@pytest.mark.parametrize(
    ("form", "bases"),
    [("boxes", ("boxe", "box")), ("men", ("man",)), ("leaf", ("leaf",)), ("s", ("",))],
)
def test_endings_are_taken_off_a_noun_once(form: str, bases: tuple[str, ...]) -> None:
    known = {"boxe", "box", "man", "leaf", ""}
    assert base_forms(form, "n", {}, known.__contains__) == bases


def test_an_irregular_form_goes_by_its_entry_alone() -> None:
    irregular = {"axes": ("ax", "axis")}
    known = {"ax", "axe", "axis"}.__contains__
    assert base_forms("axes", "n", irregular, known) == ("ax", "axis")
    assert base_forms("axes", "n", {}, known) == ("axe", "ax")


@pytest.mark.parametrize("name", ["o'clock", "x-ray", "movie", "3", "m*n", "'hood", "naïve"])
def test_one_word(name: str) -> None:
    assert is_one_word(name)


@pytest.mark.parametrize("name", ["U.S.", "24/7", "hot_dog", "", "-", "Ph.D."])
def test_none_or_several_words(name: str) -> None:
    assert not is_one_word(name)


def test_nltks_folder_has_the_data_file_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    use_tiny_wordnet(tmp_path, monkeypatch)
    stop_words = tmp_path / "english"
    stop_words.write_text("the\nof\n")
    monkeypatch.setattr("harness.sources.lexicons.nltk_data.stop_words_file", lambda: stop_words)
    corpora = nltk_data() / "corpora"
    assert (corpora / "stopwords" / "english").read_text() == "the\nof\n"
    nouns = (corpora / "wordnet" / "data.noun").read_text()
    places = [int(line[:8]) for line in nouns.splitlines() if not line.startswith(" ")]
    assert [nouns[place : place + 8] for place in places] == [f"{place:08d}" for place in places]
    assert (corpora / "wordnet" / "verb.exc").read_text() == "took take\n"
    assert sorted(path.name for path in (corpora / "wordnet").iterdir()) == sorted(
        [f"{kind}.{part}" for kind in ("data", "index") for part in ("adj", "adv", "noun", "verb")]
        + [f"{part}.exc" for part in ("adj", "adv", "noun", "verb")]
        + ["index.sense", "lexnames"]
    )


def test_without_nltk_its_data_are_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nltk.data", None)
    with pytest.raises(ConfigError, match=r"not installed; pip install 'model-audit-harness\[text"):
        use_nltk_data()
