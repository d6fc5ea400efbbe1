"""Two texts beside each other, with the words that only one of them has marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")
"""Runs of space, words, single signs; kana and Chinese characters are words of their own."""
MAX_WORDS = 800
"""Longer texts are shown whole and unmarked: finding what differs takes quadratic time."""


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
    is_marked: bool
    """False when the texts were too long to look for what differs."""


def word_difference(before: str, after: str) -> WordDifference:
    """Mark words, spaces and signs that only one of two texts has.

    >>> found = word_difference("a good film", "a bad film")
    >>> [segment.text for segment in found.before if segment.is_changed]
    ['good']
    """
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(a), len(b)) > MAX_WORDS:
        return WordDifference(before=_plain(before), after=_plain(after), is_marked=False)
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return WordDifference(
        before=_segments(a, [(tag != "equal", i, j) for tag, i, j, _, _ in blocks]),
        after=_segments(b, [(tag != "equal", i, j) for tag, _, _, i, j in blocks]),
        is_marked=True,
    )


def _segments(words: Sequence[str], blocks: Sequence[tuple[bool, int, int]]) -> tuple[Segment, ...]:
    return tuple(
        Segment("".join(words[start:end]), is_changed)
        for is_changed, start, end in blocks
        if end > start
    )


def _plain(text: str) -> tuple[Segment, ...]:
    return (Segment(text, is_changed=False),) if text else ()
