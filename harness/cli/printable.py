"""Text for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Show control characters, which a model or a data set may have written, as escapes."""
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text)
