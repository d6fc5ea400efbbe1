"""Values of the core as plain JSON: dictionaries, lists, numbers, strings and null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias

from harness.reports.visible_text import visible_text

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_SCRIPT_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def plain(value: object) -> Json:
    """Return a value as JSON types; numbers that JSON does not know become null.

    >>> plain({"a": (1, float("nan"))})
    {'a': [1, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else str(value)


def readable(value: Json) -> Json:
    """Return plain data whose every string has been made visible."""
    if isinstance(value, str):
        return visible_text(value)
    if isinstance(value, list):
        return [readable(item) for item in value]
    if isinstance(value, dict):
        return {visible_text(key): readable(item) for key, item in value.items()}
    return value


def script_json(value: object) -> str:
    r"""Write data for a ``<script type="application/json">``, which no content can close.

    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(
        readable(plain(value)),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
    )
    return text.translate(_SCRIPT_ESCAPES)
