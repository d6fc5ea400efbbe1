"""Keeps secrets out of what is written: by the name of a key, by URL, and by value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STRUCK = "[redacted]"
_SECRET_KEY = re.compile(
    r"(api_?key|token|secret|password|passwd|credential|authorization)", re.IGNORECASE
)
_URL_LOGIN = re.compile(r"(\w+://)[^/@\s]+@")


def redacted(value: Any, key: str = "") -> Any:
    """Return a copy of a spec's tables without what looks like a secret.

    Keys that end in ``_env`` name an environment variable and stay; so do numbers
    (``max_batch_tokens`` is no secret).

    >>> redacted({"api_key": "sk-1", "api_key_env": "KEY", "base_url": "http://me:pw@host/v1"})
    {'api_key': '[redacted]', 'api_key_env': 'KEY', 'base_url': 'http://[redacted]@host/v1'}
    """
    if isinstance(value, Mapping):
        return {name: redacted(value[name], str(name)) for name in value}
    if isinstance(value, list | tuple):
        return [redacted(item, key) for item in value]
    if isinstance(value, str):
        if _SECRET_KEY.search(key) and not key.endswith("_env"):
            return STRUCK
        return _URL_LOGIN.sub(rf"\1{STRUCK}@", value)
    return value


class Scrubber:
    """Strikes known secret values out of text about to be written."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        # Very short values would strike out ordinary words; a key of four letters is no key.
        known = sorted({s for s in secrets if len(s) > 4}, key=len, reverse=True)  # noqa: PLR2004 - see above
        self._pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return ``text`` with each secret replaced."""
        return self._pattern.sub(STRUCK, text) if self._pattern else text
