"""Words of a stranger inside our messages: shortened, on one line, secrets taken out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote as percent_encode

_SHORTEST_SECRET = 8
"""Below this a value is no key, and hiding it would only punch holes into messages."""


class Redactor:
    """Replaces secrets in a text, as they are and as JSON or a URL would spell them.

    >>> Redactor(["sk-canary-1"]).redact("no such key: sk-canary-1")
    'no such key: [redacted]'
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                spellings |= {secret, json.dumps(secret)[1:-1], percent_encode(secret, safe="")}
        # Longest first: a spelling may be the beginning of another.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return the text without any secret."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, "[redacted]")
        return text


def shorten(text: str, limit: int = 300) -> str:
    r"""Return the text on one line, its middle left out when it is long.

    >>> shorten("one   two\nthree", limit=9)
    'one … hree'
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    half = (limit - 1) // 2
    return f"{line[:half].rstrip()} … {line[-half:].lstrip()}"
