"""Stop strings, for models that do not honour them by themselves."""

from __future__ import annotations

from collections.abc import Iterable


def before_stop(text: str, stop: Iterable[str], *, held: int = 0) -> str:
    r"""Return the text up to the earliest stop string, or all of it.

    >>> before_stop("Paris\nQ: next", ("Q:", "\n"))
    'Paris'
    >>> before_stop("a. b. c", (".",), held=3)
    'a. b'

    Args:
        text: what was written.
        stop: the strings; empty ones stop nothing.
        held: characters at the beginning; a stop string that ends among them does not count.
    """
    at = first_stop(text, stop, held=held)
    return text if at is None else text[:at]


def first_stop(text: str, stop: Iterable[str], *, held: int = 0) -> int | None:
    """Return where the earliest stop string begins that ends behind the first ``held`` characters.

    >>> first_stop("a. b. c", (".",), held=3)
    4
    """
    found = [
        at for mark in stop if mark and (at := text.find(mark, max(0, held - len(mark) + 1))) >= 0
    ]
    return min(found, default=None)
