"""Words of a stranger inside our messages: shortened, on one line, secrets taken out."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote as percent_encode

from harness.core.redact import SHORTEST_SECRET, Scrubber


def scrubber_of(secrets: Iterable[str]) -> Scrubber:
    """Return what strikes secrets out, as they are and as JSON or a URL would spell them.

    >>> scrubber_of(["sk-canary/1"])("no such key: sk-canary%2F1")
    'no such key: [redacted]'
    """
    known = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    return Scrubber((*known, *(percent_encode(secret, safe="") for secret in known)))


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
