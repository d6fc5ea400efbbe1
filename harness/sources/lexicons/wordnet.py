"""Synonyms and antonyms of English words: WordNet 3.0, without NLTK and in a fraction of a second.

What it answers is what NLTK's reader answers over the same database, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from harness.sources.lexicons.morphology import PARTS_OF_SPEECH, PartOfSpeech, base_forms
from harness.sources.lexicons.wordnet_table import (
    ANTONYMS,
    IRREGULAR,
    SENSES,
    SYNSETS,
    wordnet_table,
)

_RUN = re.compile(r"[\w'`*@-]+")
_EDGE = "'-_*@"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordNet:
    """The database, read: about 155,000 words in 118,000 sets of synonyms."""

    synsets: tuple[str, ...]
    """The words of each set, parted by spaces; within a word a space is an underscore."""
    senses: Mapping[str, str]
    """By word in lower case, its sets by part of speech, the most frequent first: ``n 4 9|v 7``."""
    antonyms_of: Mapping[str, str]
    """By word and part of speech (``good a``), its antonyms, parted by spaces."""
    irregular: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By part of speech, base forms of each irregular inflection."""

    def synonyms(self, word: str, part: PartOfSpeech | None = None) -> tuple[str, ...]:
        """Return every single word that shares a meaning with a word in any of its base forms.

        The content is that of ``WordSwapWordNet`` of TextAttack 0.3.11: written otherwise than the
        word itself, of one word only. The order is that in which the sets are met, nouns first, and
        within a part of speech by frequency. TextAttack makes a Python ``set`` of the same sequence
        before it goes through it, an order that changes with the seed of Python's hashes:
        ``list(set(synonyms))`` gives it within one process.

        Args:
            word: in any case.
            part: take it for this part of speech only.
        """
        lemmas = (
            name
            for number in self._numbers(word, part)
            for name in self.synsets[number].split(" ")
            if name != word and is_one_word(name)
        )
        return tuple(dict.fromkeys(lemmas))

    def antonyms(self, word: str, part: PartOfSpeech | None = None) -> tuple[str, ...]:
        """Return the direct antonyms of a word in any of its base forms.

        Those of the word alone, not of its synonyms, in the order of its meanings; single words.

        Args:
            word: in any case.
            part: take it for this part of speech only.
        """
        found = (
            name
            for each, base in self._bases(word, part)
            for name in self.antonyms_of.get(f"{base} {each}", "").split()
            if is_one_word(name)
        )
        return tuple(dict.fromkeys(found))

    def parts_of_speech(self, word: str) -> tuple[PartOfSpeech, ...]:
        """Return what a word may be, itself or as an inflection; empty for an unknown one."""
        return tuple(dict.fromkeys(part for part, _ in self._bases(word, None)))

    def _numbers(self, word: str, part: PartOfSpeech | None) -> Iterator[int]:
        for each, base in self._bases(word, part):
            yield from map(int, self._of(base, each))

    def _bases(self, word: str, part: PartOfSpeech | None) -> Iterator[tuple[PartOfSpeech, str]]:
        form = word.lower()
        for each in PARTS_OF_SPEECH if part is None else (part,):
            known = partial(self._of, part=each)
            bases = base_forms(form, each, self.irregular[each], known)
            yield from ((each, base) for base in bases)

    def _of(self, base: str, part: PartOfSpeech) -> list[str]:
        """Return the numbers of a word's sets of synonyms in a part of speech."""
        for entry in self.senses.get(base, "").split("|"):
            if entry.startswith(part):
                return entry.split(" ")[1:]
        return []


@cache
def wordnet() -> WordNet:
    """Return WordNet, read from a table that is compiled once per cache.

    Raises:
        SourceError: its files cannot be had, or are others than the pinned ones.
    """
    folder = wordnet_table()
    irregular: dict[str, dict[str, tuple[str, ...]]] = {part: {} for part in PARTS_OF_SPEECH}
    for line in _lines(folder / IRREGULAR):
        part, form, *bases = line.split(" ")
        irregular[part][form] = tuple(bases)
    return WordNet(
        synsets=tuple(_lines(folder / SYNSETS)),
        senses=dict(_keyed(folder / SENSES)),
        antonyms_of=dict(_keyed(folder / ANTONYMS)),
        irregular=irregular,
    )


def is_one_word(name: str) -> bool:
    """Tell whether TextAttack's tokenizer would see one word in a name of WordNet.

    Apostrophes, hyphens, asterisks and at signs may stand within a word, a full stop may not; an
    underscore stands for a space.

    >>> [is_one_word(name) for name in ("o'clock", "x-ray", "U.S.", "hot_dog")]
    [True, True, False, False]
    """
    if name.isalpha():  # most are, and this is quick
        return True
    if "_" in name:
        return False
    return sum(bool(run.strip(_EDGE)) for run in _RUN.findall(name)) == 1


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _keyed(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        key, _, value = line.partition("\t")
        yield key, value
