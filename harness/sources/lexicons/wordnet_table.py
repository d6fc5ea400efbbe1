"""WordNet's files compiled into a table that is read in a fraction of a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.sources.cache import cache_dir, filled_once
from harness.sources.lexicons.morphology import PARTS_OF_SPEECH, PartOfSpeech
from harness.sources.lexicons.wordnet_files import (
    WORDNET,
    data_text,
    index_text,
    irregular_forms,
)

SYNSETS = "synsets.txt"
SENSES = "senses.txt"
ANTONYMS = "antonyms.txt"
IRREGULAR = "irregular.txt"

_ANTONYM = "!"
_PLACES = 256
"""A pointer between words has both their places in one number: two hexadecimal digits each."""
_PART_OF: dict[str, PartOfSpeech] = {"n": "n", "v": "v", "a": "a", "s": "a", "r": "r"}
"""A satellite (``s``) is an adjective that gathers round another; its file is theirs."""


def wordnet_table() -> Path:
    """Return the folder of the compiled table, compiled if it is not there."""
    folder = cache_dir("lexicons") / f"wordnet-{WORDNET.hash[:16]}"
    if not folder.is_dir():
        with filled_once(folder) as empty:
            _compile(empty)
    return folder


@dataclass(frozen=True, slots=True)
class _Antonym:
    """A pointer from one word of a set to a word of another."""

    place: int
    """Which word of the set, from 1."""
    other: int
    """Which word of the other set, from 1."""
    part: PartOfSpeech
    """Of the other set."""
    offset: str
    """Of the other set."""


@dataclass(frozen=True, slots=True)
class _Synset:
    """One line of a data file."""

    offset: str
    """Its place in the file, eight digits: what the indices call it."""
    words: tuple[str, ...]
    antonyms: tuple[_Antonym, ...]


def _compile(folder: Path) -> None:
    synsets = {
        (part, synset.offset): synset for part in PARTS_OF_SPEECH for synset in _synsets(part)
    }
    numbers = {key: str(number) for number, key in enumerate(synsets)}
    senses: dict[str, list[str]] = {}
    antonyms = []
    for part in PARTS_OF_SPEECH:
        for word, offsets in _index(part):
            senses.setdefault(word, []).append(
                " ".join([part, *(numbers[part, offset] for offset in offsets)])
            )
            opposite = [
                name
                for offset in offsets
                for name in _antonyms_of(word, synsets[part, offset], synsets)
            ]
            if opposite:
                antonyms.append(f"{word} {part}\t{' '.join(dict.fromkeys(opposite))}")
    _write(folder / SYNSETS, [" ".join(synset.words) for synset in synsets.values()])
    _write(folder / SENSES, [f"{word}\t{'|'.join(parts)}" for word, parts in senses.items()])
    _write(folder / ANTONYMS, antonyms)
    _write(
        folder / IRREGULAR,
        [
            " ".join([part, form, *bases])
            for part in PARTS_OF_SPEECH
            for form, bases in irregular_forms(part).items()
        ],
    )


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")


def _antonyms_of(
    word: str, synset: _Synset, synsets: dict[tuple[PartOfSpeech, str], _Synset]
) -> Iterator[str]:
    """Yield the antonyms of one word of a set; they are written as their own set has them."""
    for antonym in synset.antonyms:
        if synset.words[antonym.place - 1].lower() == word:
            yield synsets[antonym.part, antonym.offset].words[antonym.other - 1]


def _index(part: PartOfSpeech) -> Iterator[tuple[str, list[str]]]:
    """Yield each word of an index file with the offsets of its sets; see wndb(5WN)."""
    for line in index_text(part).splitlines():
        if not line.startswith(" "):
            fields = line.split()
            n_synsets = int(fields[2])
            yield fields[0], fields[-n_synsets:]


def _synsets(part: PartOfSpeech) -> Iterator[_Synset]:
    """Yield the sets of a data file; see wndb(5WN)."""
    for line in data_text(part).splitlines():
        if not line.startswith(" "):
            yield _synset(line.partition("|")[0].split())


def _synset(fields: list[str]) -> _Synset:
    n_words = int(fields[3], 16)
    after_words = 4 + 2 * n_words
    n_pointers = int(fields[after_words])
    pointers = [
        fields[start : start + 4]
        for start in range(after_words + 1, after_words + 1 + 4 * n_pointers, 4)
    ]
    return _Synset(
        offset=fields[0],
        # An adjective may have its place in the sentence behind it: "galore(ip)".
        words=tuple(word.partition("(")[0] for word in fields[4:after_words:2]),
        antonyms=tuple(
            _Antonym(*divmod(int(places, 16), _PLACES), part=_PART_OF[kind], offset=offset)
            for symbol, offset, kind, places in pointers
            if symbol == _ANTONYM
        ),
    )
