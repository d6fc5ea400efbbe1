"""Where the words of a text stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06ed\u0900-\u0963\u0966-\u109f\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\ufe20-\ufe2f"
)
"""Marks that belong to the letter before them, which ``\\w`` leaves out, and the scripts of South
Asia, whose vowels are such marks."""

APOSTROPHE = "['\u2019]"
"""Straight or curled, as a pattern."""
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|{APOSTROPHE}(?=[^\W_]))*")
"""A run of letters and digits with their combining marks, apostrophes inside included."""


def words_of(text: str) -> list[re.Match[str]]:
    """Return the words in order; parts of a hyphenated one stand by themselves.

    >>> [word[0] for word in words_of("I don't like semi-dry wine!")]
    ['I', "don't", 'like', 'semi', 'dry', 'wine']
    """
    return list(WORD.finditer(text))


def in_case_of(word: str, new: str) -> str:
    """Return another word in the case of one: lower, Capitalised or UPPER.

    >>> in_case_of("Film", "movie"), in_case_of("FILM", "movie"), in_case_of("A", "one")
    ('Movie', 'MOVIE', 'One')
    """
    if len(word) > 1 and word.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if word[:1].isupper() else new


def spliced(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Put new pieces into a text.

    Args:
        text: the old one.
        edits: (start, end, new piece), in any order, none overlapping another.

    >>> spliced("a bad film", [(6, 10, "movie"), (2, 5, "good")])
    'a good movie'
    """
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))
