"""Keeps secrets out of what is written: by the name of a key, by URL, and by value."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


_COMMAND_LINES = ("argv", "args")
"""Options that hold one; in any other list (labels, say) such words are only words."""
# In words of a command line: --api-key=…, API_KEY=…, --token … in a script, X-Api-Key: …,
# Authorization: Bearer ….
_SECRET_ARGUMENT = re.compile(
    r"(?P<before>(?:[\w-]*(?:key|token|secret|passw(?:or)?d|authorization)\s*[=:]\s*"
    r"|--?[\w-]*(?:api[_-]?key|token|secret|passw(?:or)?d)\s+)(?:(?:bearer|basic)\s+)?"
    r"|\b(?:bearer|basic)\s+)"
    r"(?P<secret>\"[^\"]*\"|'[^']*'|[^\s\"'\[]+)",
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
        flags = _flags_before(value, key)
        struck = [redacted(item, flag or key) for item, flag in zip(value, flags, strict=True)]
        return [_struck_word(item) for item in struck] if key in _COMMAND_LINES else struck
    if isinstance(value, str):
        if _SECRET_NAME.search(key) and not key.endswith("_env"):
            return STRUCK
        return _URL_SECRET.sub(_struck_url, value)
    return value


def redacted_words(text: str) -> str:
    """Return a message without what looks like a secret in an address, a header or an option.

    >>> redacted_words("GET http://me:pw@host/v1 with Authorization: Bearer sk-1 failed")
    'GET http://[redacted]@host/v1 with Authorization: Bearer [redacted] failed'
    """
    return _SECRET_ARGUMENT.sub(_struck_argument, _URL_SECRET.sub(_struck_url, text))


def secret_values(value: Any, key: str = "") -> Iterator[str]:
    """Yield the secrets that a run of this spec gets to know.

    They are the logins and keys in its URLs and command lines, the values of the environment
    variables that a key ending in ``_env`` names, and those of the variables under ``env`` (which
    are passed on to a program) whose name is a secret's.
    """
    if isinstance(value, Mapping):
        for name in value:
            yield from secret_values(value[name], str(name))
    elif isinstance(value, list | tuple):
        for item, flag in zip(value, _flags_before(value, key), strict=True):
            yield from secret_values(item, flag or key)
            if key in _COMMAND_LINES and isinstance(item, str):
                found = _SECRET_ARGUMENT.finditer(item)
                yield from (match["secret"].strip("\"'") for match in found)
    elif isinstance(value, str):
        yield from _secrets_in_text(value, key)


def _secrets_in_text(text: str, key: str) -> Iterator[str]:
    if key.endswith("_env") or (key == "env" and _SECRET_NAME.search(text)):
        yield os.environ.get(text, "")
    elif _SECRET_NAME.search(key):
        yield text
    for match in _URL_SECRET.finditer(text):
        yield match["login"] or match["value"]


def _flags_before(words: Sequence[Any], key: str) -> list[str]:
    """Return, for each word of a command line, the secret-named flag before it, or nothing."""
    if key not in _COMMAND_LINES:
        return [""] * len(words)
    flags = [""]
    for word in words[:-1]:
        name = word.lstrip("-") if isinstance(word, str) and word.startswith("-") else ""
        flags.append(name if _SECRET_NAME.search(name) and "=" not in name else "")
    return flags[: len(words)]


def _struck_word(word: Any) -> Any:
    """Strike the secrets out of one word of a command line, which may be a script of many."""
    if not isinstance(word, str):
        return word
    return _SECRET_ARGUMENT.sub(_struck_argument, word)


def _struck_argument(match: re.Match[str]) -> str:
    return f"{match['before']}{STRUCK}"


def _struck_url(match: re.Match[str]) -> str:
    return f"{match['before'] or match['name']}{STRUCK}"


SHORTEST_SECRET = 6
"""Below this a value is no key ("EMPTY", "token"), and striking it out would only spoil words."""


_NAMES = frozenset({"model", "suite", "sample_id", "cluster", "metric", "kind"})
"""Keys of stored rows whose values name things. A local server's key may well be "ollama", and so
may a model's name: striking it out there would make two samples one."""


class Scrubber:
    """Strikes known secret values out of what is about to be written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        # A server may quote a key as JSON does: with escapes for quotes and accented letters.
        forms = known | {json.dumps(secret)[1:-1] for secret in known}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, text: str) -> str:
        """Return ``text`` with each secret replaced."""
        return self._pattern.sub(STRUCK, text) if self._pattern else text

    def values(self, value: Any) -> Any:
        """Return a JSON value with each secret replaced in its texts, and its keys as they were."""
        if self._pattern is None:
            return value
        if isinstance(value, Mapping):
            return {
                key: inner if key in _NAMES and isinstance(inner, str) else self.values(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.values(item) for item in value]
        return self(value) if isinstance(value, str) else value
