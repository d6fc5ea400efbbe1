"""Two texts beside each other, with the words that only one of them has marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter

_WORDS = re.compile(
    r"\s+|[-\u2212]?\d+(?:[.,]\d+)+|[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+"
    r"|[^\w\s]"
)
"""Runs of space, whole numbers with their signs and points, words, single signs; kana and Chinese
characters are words of their own."""
MAX_WORDS = 800
"""Longer texts are shown unmarked: finding what differs takes quadratic time."""
_MAX_MATCHES = 20_000
"""Pairs of equal words, one of each text, above which the same holds: a model in a loop."""
_LEAST_ALIKE = 0.2
"""Share of words in common below which marks on nearly all of them would only hinder reading."""

_Block = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text."""

    text: str
    is_changed: bool
    """True where the other text does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordDifference:
    """Both texts in stretches; joined they are the texts themselves."""

    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    is_too_long: bool = False
    """True when nothing is marked because the texts are too long, or repeat themselves too much."""


def word_difference(before: str, after: str) -> WordDifference:
    """Mark words, spaces and signs that only one of two texts has.

    Nothing is marked in texts that have next to nothing in common.

    >>> found = word_difference("a good film", "a bad film")
    >>> [segment.text for segment in found.before if segment.is_changed]
    ['good']
    """
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(a), len(b)) > MAX_WORDS or _n_matches(a, b) > _MAX_MATCHES:
        return WordDifference(before=_plain(before), after=_plain(after), is_too_long=True)
    blocks = SequenceMatcher(str.isspace, a, b, autojunk=False).get_opcodes()
    if not _is_alike(a, b, blocks):
        return WordDifference(before=_plain(before), after=_plain(after))
    return WordDifference(
        before=_segments(a, [(tag != "equal", i, j) for tag, i, j, _, _ in blocks]),
        after=_segments(b, [(tag != "equal", i, j) for tag, _, _, i, j in blocks]),
    )


def _n_matches(a: Sequence[str], b: Sequence[str]) -> int:
    counts = Counter(b)
    return sum(counts[word] for word in a if not word.isspace())


def _is_alike(a: Sequence[str], b: Sequence[str], blocks: Sequence[_Block]) -> bool:
    n_words = max(sum(map(str.isalnum, words)) for words in (a, b))
    kept = (word for tag, i, j, _, _ in blocks if tag == "equal" for word in a[i:j])
    return sum(map(str.isalnum, kept)) >= _LEAST_ALIKE * n_words


def _segments(words: Sequence[str], blocks: Sequence[tuple[bool, int, int]]) -> tuple[Segment, ...]:
    """Join the words of each block; a space between two changed ones counts as changed."""
    parts = [("".join(words[i:j]), is_changed) for is_changed, i, j in blocks if j > i]
    marks = [is_changed for _, is_changed in parts]
    between = zip([False, *marks], [*marks[1:], False], strict=False)
    joined = [
        (text, is_changed or (text.isspace() and before and after))
        for (text, is_changed), (before, after) in zip(parts, between, strict=False)
    ]
    return tuple(
        Segment("".join(text for text, _ in members), is_changed)
        for is_changed, members in groupby(joined, key=itemgetter(1))
    )


def _plain(text: str) -> tuple[Segment, ...]:
    return (Segment(text, is_changed=False),) if text else ()
