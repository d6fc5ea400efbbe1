"""Whether a text holds an answer."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TYPOGRAPHIC = r"\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e"
_MARK = f"[{re.escape(string.punctuation)}{_TYPOGRAPHIC}]"
_BARE = re.compile(rf"(?!(?<!\w)-\d)(?:(?<!\d){_MARK}|{_MARK}(?!\d))")
"""Punctuation, but for what stands between two digits and a minus before one: 1.5 is not 15."""
_MINUS = "\N{MINUS SIGN}"
_ARTICLE = re.compile(r"^(?:a|an|the) (?=\S)")


def plain(text: str, between: str = "") -> str:
    """Return a text in which case, punctuation and spaces do not matter.

    Punctuation within a number and its sign stay, and so do articles: one that begins an answer is
    for :func:`holds` to overlook, and the A of "vitamin A" is none.

    Args:
        text: the text.
        between: what takes the place of a mark.

    >>> plain("The Eiffel Tower, 1.5 km; 12,000 visitors, -5 degrees.")
    'the eiffel tower 1.5 km 12000 visitors -5 degrees'
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(_MINUS, "-")
    folded = _THOUSANDS.sub("", folded)
    return " ".join((_BARE.sub(between, folded) or folded).split())


def holds(text: str, answers: Iterable[str]) -> bool:
    """Tell whether any of the answers stands in a text, as whole words.

    Marks are read as nothing (U.S. is US) and as a space (Paris/London is two words).

    >>> holds("It opens at eleven.", ["Eleven", "11"]), holds("It is 112.", ["11"])
    (True, False)
    >>> holds("Seen from an Eiffel tower", ["The Eiffel Tower"]), holds("Vitamin K", ["vitamin A"])
    (True, False)
    """
    wanted = tuple(answers)
    return any(_holds(text, answer, between) for between in ("", " ") for answer in wanted)


def _holds(text: str, answer: str, between: str) -> bool:
    return f" {_ARTICLE.sub('', plain(answer, between))} " in f" {plain(text, between)} "
