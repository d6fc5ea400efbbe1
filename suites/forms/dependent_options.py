"""Finds options that speak of others: such a question has no other order, or no other marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PLACES = re.compile(
    r"\b(?:all|any|both|each|either|neither|none|some|\w+) of (?:the )?(?:above|below|preceding)\b"
    r"|\bthe above\b"
    r"|\b(?:all|any|both|each|either|neither|none) of (?:the(?:se|m)?|those)"
    r"(?: (?:answers|choices|options|others?))?(?=[\s.,;)]*$)"
    r"|^\W*(?:all|both|neither|none)\W*$",
    re.IGNORECASE,
)
_MARK = r"(?:\(?[A-J]\)?)"
_MARKS = re.compile(rf"(?<!\w){_MARK}(?:, {_MARK})*,? (?:and|or|nor|&) {_MARK}(?!\w|')")


def names_marks(options: Iterable[str]) -> bool:
    """Tell whether an option names others by their letters.

    >>> names_marks(["Red", "Both A and C"]), names_marks(["Plan a and be", "Vitamin A"])
    (True, False)
    """
    return any(_MARKS.search(option) for option in options)


def have_places(options: Sequence[str]) -> bool:
    """Tell whether an option speaks of others by where they stand or by their letters.

    >>> have_places(["Red", "None of these."]), have_places(["None of the planets", "All in all"])
    (True, False)
    """
    return names_marks(options) or any(_PLACES.search(option) for option in options)
