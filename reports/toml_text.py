"""A resolved spec written the way a user would write it, in TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


def toml_text(spec: Mapping[str, object]) -> str:
    """Return the spec as TOML for reading; options without a value become comments.

    >>> print(toml_text({"seed": 1, "model": [{"name": "a", "dtype": None}]}))
    seed = 1
    <BLANKLINE>
    [[model]]
    name = "a"
    # dtype is not set
    """
    return "\n".join(_table(spec, ())).strip("\n")


def _table(table: Mapping[str, object], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in table.items():
        if not _is_section(value):
            yield f"# {key} is not set" if value is None else f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if _is_section(value):
            yield from _section(value, (*path, str(key)))


def _section(value: object, path: tuple[str, ...]) -> Iterator[str]:
    name = ".".join(_key(part) for part in path)
    if isinstance(value, Mapping):
        yield from ("", f"[{name}]")
        yield from _table(value, path)
    elif isinstance(value, Sequence):
        for item in value:
            yield from ("", f"[[{name}]]")
            yield from _table(item, path)


def _is_section(value: object) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _key(key: object) -> str:
    text = str(key)
    return text if _BARE_KEY.match(text) else json.dumps(text, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return json.dumps(str(value), ensure_ascii=False)
