"""Whether a text holds an answer."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARK = f"[{re.escape(string.punctuation)}]"
_BARE = re.compile(rf"(?<!\d){_MARK}|{_MARK}(?!\d)")
"""Punctuation, but for what stands between two digits: 1.5 is not 15."""
_ARTICLE = re.compile(r"^(?:a|an|the) (?=\S)")


def plain(text: str) -> str:
    """Return a text in which case, ASCII punctuation and spaces do not matter.

    Punctuation within a number stays, and so do articles: one that begins an answer is for
    :func:`holds` to overlook, and the A of "vitamin A" is none.

    >>> plain("The Eiffel Tower, 1.5 km; 12,000 visitors.")
    'the eiffel tower 1.5 km 12000 visitors'
    """
    folded = _THOUSANDS.sub("", text.casefold())
    return " ".join((_BARE.sub("", folded) or folded).split())


def holds(text: str, answers: Iterable[str]) -> bool:
    """Tell whether any of the answers stands in a text, as whole words.

    >>> holds("It opens at eleven.", ["Eleven", "11"]), holds("It is 112.", ["11"])
    (True, False)
    >>> holds("Seen from an Eiffel tower", ["The Eiffel Tower"]), holds("Vitamin K", ["vitamin A"])
    (True, False)
    """
    words = f" {plain(text)} "
    return any(f" {_ARTICLE.sub('', plain(answer))} " in words for answer in answers)
