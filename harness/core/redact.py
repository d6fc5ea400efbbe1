"""Keeps secrets out of what is written: by the name of a key, by URL, and by value."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

STRUCK = "[redacted]"
# The last two must end the name: ``tokenizer`` and ``max_tokens_field`` are no secrets.
_SECRET_NAME = re.compile(
    r"api[_-]?key|secret|passw(or)?d|passphrase|credential|authorization|(^|[_-])(token|key)$",
    re.IGNORECASE,
)
_URL_SECRET = re.compile(
    r"(?P<before>\w+://)(?P<login>[^/@\s]+)(?=@)"
    r"|(?P<name>[?&](?:[\w-]*[_-])?(?:key|api_?key|token|secret|password|sig(?:nature)?)=)"
    r"(?P<value>[^&#\s]+)",
    re.IGNORECASE,
)


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
        if _SECRET_NAME.search(key) and not key.endswith("_env"):
            return STRUCK
        return _URL_SECRET.sub(_struck_url, value)
    return value


def secret_values(value: Any, key: str = "") -> Iterator[str]:
    """Yield the secrets that a run of this spec gets to know.

    They are the logins and keys in its URLs, the values of the environment variables that a key
    ending in ``_env`` names, and those of the variables under ``env`` (which are passed on to a
    program) whose name is a secret's.
    """
    if isinstance(value, Mapping):
        for name in value:
            yield from secret_values(value[name], str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secret_values(item, key)
    elif isinstance(value, str):
        if key.endswith("_env") or (key == "env" and _SECRET_NAME.search(value)):
            yield os.environ.get(value, "")
        for match in _URL_SECRET.finditer(value):
            yield match["login"] or match["value"]


def _struck_url(match: re.Match[str]) -> str:
    return f"{match['before'] or match['name']}{STRUCK}"


class Scrubber:
    """Strikes known secret values out of text about to be written."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        # Very short values would strike out ordinary words; a key of four letters is no key.
        known = {s for s in secrets if len(s) > 4}  # noqa: PLR2004 - see above
        # In JSON a quote, a backslash or an accented letter stands as its escape.
        forms = known | {json.dumps(s)[1:-1] for s in known}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, text: str) -> str:
        """Return ``text`` with each secret replaced."""
        return self._pattern.sub(STRUCK, text) if self._pattern else text
