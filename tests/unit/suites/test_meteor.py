from __future__ import annotations

import gc
import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import nltk
import pytest
from nltk.translate.meteor_score import meteor_score

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.suites.metrics import meteor as module
from harness.suites.metrics.meteor import Meteor
from harness.suites.metrics.wordnet import NO_WORDNET, find_wordnet, from_folder

WORDS = ["cat", "cats", "sat", "sitting", "the", "mat", "dog", "running", "ran", "hat"]


class WithoutSynonyms:
    def synsets(self, word: str) -> list[object]:
        del word
        return []


@pytest.fixture(autouse=True)
def _only_this_projects_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever WordNet this machine has, the tests see none but their own."""
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path / "nothing")])
    monkeypatch.setattr("harness.suites.metrics.wordnet.DEBIAN_FOLDER", tmp_path / "nothing")
    find_wordnet.cache_clear()
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        find_wordnet.cache_clear()
        gc.collect()  # nltk leaves the database files open until its reader is collected


def meteor(answer: str, *references: str, metric: Meteor | None = None) -> float:
    sample = Sample(id="s", index=0, text="q", targets=references)
    score = (metric or Meteor()).measure(sample, Generation(text=answer, finish_reason="stop"))
    assert isinstance(score, Scored)
    return score.statistics[0]


def test_equals_nltk() -> None:
    rng = random.Random(2)
    for _ in range(200):
        texts = [" ".join(rng.choices(WORDS, k=rng.randrange(1, 9))) for _ in range(3)]
        answer, *references = [text.split() for text in texts]
        expected = meteor_score(references, answer, wordnet=WithoutSynonyms())
        assert meteor(*texts) == pytest.approx(expected, abs=1e-12)


def test_stems_match() -> None:
    assert meteor("running cats", "run cat") > 0.9


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        # four of six characters in one chunk: 4/6 less half of (1/4) cubed
        ("我喜欢吃香蕉", "我喜欢吃苹果", 4 / 6 * (1 - 0.5 * (1 / 4) ** 3)),
        ("ฉันรักหมา", "ฉันรักแมว", 5 / 7 * (1 - 0.5 * (2 / 5) ** 3)),
        ("", "cat", 0.0),
        ("cat", "", 0.0),
        ("dog", "cat", 0.0),
    ],
)
def test_by_hand(answer: str, reference: str, expected: float) -> None:
    assert meteor(answer, reference) == pytest.approx(expected, abs=1e-12)


def test_without_wordnet_the_signature_says_so() -> None:
    assert find_wordnet() is NO_WORDNET
    assert Meteor().signature["wordnet"] == "none"
    assert meteor("a car", "an auto") == 0.0


def test_database_files_give_synonyms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_wordnet(tmp_path)
    monkeypatch.setattr("harness.suites.metrics.wordnet.DEBIAN_FOLDER", tmp_path)
    find_wordnet.cache_clear()
    assert Meteor().signature["wordnet"] == "3.0"
    assert meteor("car", "auto") == pytest.approx(0.5)
    assert meteor("car", "auto", metric=Meteor(wordnet="none")) == 0.0


def test_broken_database_is_no_wordnet(tmp_path: Path) -> None:
    (tmp_path / "data.noun").write_text("")
    assert from_folder(tmp_path) is None


def test_the_module_that_is_registered_loads_no_nltk() -> None:
    assert not hasattr(module, "nltk")


def write_tiny_wordnet(folder: Path) -> None:
    """A WordNet of one synset, {car, auto}, in Princeton's file format (wndb(5))."""
    licence = "  1 WordNet 3.0 Copyright 2006 by Princeton University.  \n"
    offset = f"{len(licence):08d}"
    synset = f"{offset} 06 n 02 car 0 auto 0 000 | a motor vehicle  \n"
    for part, data, index in (
        ("noun", synset, [f"{lemma} n 1 0 1 1 {offset}  \n" for lemma in ("auto", "car")]),
        ("verb", "", []),
        ("adj", "", []),
        ("adv", "", []),
    ):
        (folder / f"data.{part}").write_text(licence + data)
        (folder / f"index.{part}").write_text(licence + "".join(index))
        (folder / f"{part}.exc").write_text("")
    names = ("adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal")
    lines = [f"{i:02d}\t{name}\t1\n" for i, name in enumerate((*names, "noun.artifact"))]
    (folder / "lexnames").write_text("".join(lines))
