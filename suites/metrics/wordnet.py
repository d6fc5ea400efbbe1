"""WordNet for METEOR's synonyms, where it is on this machine already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DEBIAN_FOLDER = Path("/usr/share/wordnet")


@dataclass(frozen=True, slots=True)
class WordNet:
    """The one thing that METEOR asks of WordNet, and which edition answers."""

    version: str
    """``none`` when there is no WordNet, and no word has synonyms."""
    synsets: Callable[[str], Sequence[Any]]


NO_WORDNET = WordNet("none", lambda _: ())


@lru_cache(maxsize=1)
def find_wordnet() -> WordNet:
    """Return nltk's copy, or Debian's, or one without any synonym; nothing is downloaded."""
    return from_nltk_data() or from_folder(DEBIAN_FOLDER) or NO_WORDNET


def from_nltk_data() -> WordNet | None:
    """Return the WordNet in nltk's data folders, or None."""
    from nltk.corpus import wordnet

    try:
        return WordNet(str(wordnet.get_version()), wordnet.synsets)
    except LookupError:
        return None


def from_folder(folder: Path) -> WordNet | None:
    """Return the WordNet whose database files lie in ``folder``, or None when it cannot be read."""
    if not (folder / "data.noun").is_file():
        return None
    _let_nltk_read(folder)
    try:
        reader = _english_reader()(str(folder), omw_reader=_NoOtherLanguages())
    except (LookupError, OSError, ValueError):
        return None
    return WordNet(str(reader.get_version()), reader.synsets)


def _let_nltk_read(folder: Path) -> None:
    """Name the folder among nltk's data folders: nltk opens no file outside them."""
    import nltk.data

    if str(folder) not in nltk.data.path:
        nltk.data.path.append(str(folder))


class _NoOtherLanguages:
    """Stands for the Open Multilingual WordNet, without which nltk warns."""


def _english_reader() -> Any:
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    class EnglishWordNet(WordNetCorpusReader):  # type: ignore[misc]  # nltk has no types
        def map_wn(self, version: str = "wordnet") -> None:
            """Map nothing: only other languages' data need it, and it opens nltk's own copy."""
            del version

    return EnglishWordNet
