"""From Python's forms to those of a Markdown page for people who write TOML."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from harness.core.judge import Judge

_ROLE = re.compile(r":\w+:`~?(?:[\w.]*\.)?(\w+)`")
_PLAIN = {
    str: ("text", "texts"),
    int: ("whole number", "whole numbers"),
    float: ("number", "numbers"),
    bool: ("true or false", "true or false"),
    Any: ("anything", "anything"),
    Judge: ("name of a [judge](judges.md)", "names of [judges](judges.md)"),
}


def markdown(text: str) -> str:
    """Turn the marks of a docstring into Markdown's, on one line.

    >>> markdown("``x`` and :class:`~a.b.C`")
    '`x` and `C`'
    """
    return " ".join(_ROLE.sub(r"`\1`", text).replace("``", "`").split())


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped.

    >>> print(table(["a"], [["x|y"]]))
    | a |
    |---|
    | x\\|y |
    """
    lines = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in rows)]
    joined = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join(joined).replace("| --- |", "|---|").replace(" --- |", "---|")


def type_words(hint: Any) -> str:
    """Say in words what values an option takes.

    >>> type_words(tuple[str, ...] | None)
    'list of texts'
    >>> type_words(Literal["a", "b"])
    '`"a"` or `"b"`'
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_words(part) for part in inner if part is not type(None))
    if origin is Literal:
        return _listed([f"`{json.dumps(word)}`" for word in inner])
    if origin is tuple:
        return f"list of {_plural(inner[0])}"
    if hint in _PLAIN:
        return _PLAIN[hint][0]
    if dataclasses.is_dataclass(hint):
        name = str(getattr(hint, "__name__", hint))
        return f"table [{name}](spec.md#{name.lower()})"
    return "table"


def default_words(field: dataclasses.Field[Any]) -> str:
    """Write an option's default as TOML would, a dash where leaving it out means none."""
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "**required**"
    return "\N{EN DASH}" if value is None else f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _plural(hint: Any) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint][1]
    if typing.get_origin(hint) is Literal:
        return type_words(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_plural(part) for part in typing.get_args(hint))
    return "tables"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
