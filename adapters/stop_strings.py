"""Stop strings, for models that do not honour them by themselves."""

from __future__ import annotations

from collections.abc import Iterable


def before_stop(text: str, stop: Iterable[str]) -> str:
    r"""Return the text up to the earliest stop string, or all of it.

    >>> before_stop("Paris\nQ: next", ("Q:", "\n"))
    'Paris'
    """
    found = [at for mark in stop if mark and (at := text.find(mark)) >= 0]
    return text[: min(found)] if found else text
