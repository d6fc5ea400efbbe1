"""What one YAML file of lm-evaluation-harness defines, read without its functions.

Thirteen thousand files are read for an index, so the few keys that matter are taken from the
text, line by line; a file that writes one of them in another way is parsed as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

Keys: TypeAlias = Mapping[str, Any]

_WANTED = frozenset({"task", "group", "tag", "class", "include", "output_type"})
_KEY = re.compile(
    rf"""^["']?({"|".join(sorted(_WANTED))})["']?\s*:(?:[ \t]+(.*))?$""", re.MULTILINE
)
_PLAIN = re.compile(r"""^(?:"([^"\\]*)"|'([^']*)'|([\w./][^#"'\[\]{}]*?))\s*(?:\s#.*)?$""")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a file defines under its name."""

    name: str
    is_group: bool
    tags: tuple[str, ...]
    output_type: str | None
    """None for a task that is written in Python: only the running code knows."""


def read_definition(path: Path) -> Definition | None:
    """Return what a file defines, templates that it includes counted in; None for nothing.

    The rules are those of lm-evaluation-harness: its own keys hold before included ones, ``class``
    before ``group`` before ``task``, and a task asks for text unless it says otherwise.
    """
    keys = _merged(path, ())
    is_python, is_group = "class" in keys, "group" in keys and "class" not in keys
    name = keys.get("group") if is_group else keys.get("task")
    if not isinstance(name, str):
        return None
    tags = keys.get("tag") or ()
    return Definition(
        name=name,
        is_group=is_group,
        tags=(tags,) if isinstance(tags, str) else tuple(map(str, tags)),
        output_type=None if is_python else str(keys.get("output_type", "generate_until")),
    )


def read_members(path: Path) -> tuple[str, ...]:
    """Return the names that a group lists, those of groups written inside it too."""
    return tuple(dict.fromkeys(_names(_parsed(path, full=True).get("task"))))


def _names(members: Any) -> Iterator[str]:
    for member in members if isinstance(members, list) else ():
        if isinstance(member, str):
            yield member
        elif isinstance(member, Mapping):
            yield from (
                member[key] for key in ("task", "group") if isinstance(member.get(key), str)
            )
            yield from _names(member.get("task"))


def _merged(path: Path, above: tuple[Path, ...]) -> Keys:
    own = _keys(path)
    includes = own.get("include")
    if not includes or path in above:
        return own
    merged: dict[str, Any] = {}
    for name in [includes] if isinstance(includes, str) else includes:
        merged |= _merged((path.parent / name).resolve(), (*above, path))
    return merged | dict(own)


@lru_cache(maxsize=4096)  # templates are included by hundreds of files
def _keys(path: Path) -> Keys:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    keys: dict[str, Any] = {}
    for key, raw in _KEY.findall(text):
        plain = _PLAIN.match(raw.strip())
        if plain is None or key in keys:
            return _parsed(path)
        keys[key] = next(group for group in plain.groups() if group is not None)
    return keys


def _parsed(path: Path, *, full: bool = False) -> Keys:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # untyped
        """Reads tags such as ``!function`` as nothing."""

    Loader.add_multi_constructor("", lambda loader, suffix, node: None)  # noqa: ARG005 - yaml's call
    try:
        found = yaml.load(path.read_bytes(), Loader=Loader)  # noqa: S506 - a safe loader
    except (OSError, yaml.YAMLError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return found if full else {key: found[key] for key in found if key in _WANTED}
