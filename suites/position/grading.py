"""Whether a text holds an answer."""

from __future__ import annotations

from collections.abc import Iterable

from harness.suites.metrics.squad import squad_normalise


def plain(text: str) -> str:
    """Return a text in which case, ASCII punctuation, English articles and spaces do not matter.

    >>> plain("The Eiffel Tower.")
    'eiffel tower'
    """
    return squad_normalise(text) or " ".join(text.casefold().split())


def holds(text: str, answers: Iterable[str]) -> bool:
    """Tell whether any of the answers stands in a text, as whole words.

    >>> holds("It opens at eleven.", ["Eleven", "11"]), holds("It is 112.", ["11"])
    (True, False)
    """
    words = f" {plain(text)} "
    return any(f" {plain(answer)} " in words for answer in answers)
