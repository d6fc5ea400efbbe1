"""What swaps are made of: groups, and the terms of each that stand for each other."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from harness.core.errors import ConfigError, DataError
from harness.suites.bias.places import Place

_ANY: tuple[Place, ...] = get_args(Place)
MIN_GROUPS = 2
"""One group has no other to change places with."""
MIN_MEMBERS = 2
"""What another member of the same group does is the control."""
_KEYS = (
    *("groups", "is_cased", "rows", "in_place", "members", "unclear_before_noun_after"),
    *("unclear_in_names", "unclear_beside", "given_names", "unclear_after_preposition"),
    *("form_places", "unclear_behind", "unclear_unless_noun"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Terms that stand for each other, one of each group, in some places of a sentence."""

    terms: tuple[str, ...]
    places: tuple[Place, ...] = _ANY


Member = tuple[str, ...]
"""One of the members of a group that stand for each other, in its forms (adjective, country)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Groups told apart by one thing, with the words for each."""

    groups: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    """Terms with exactly one counterpart in each group."""
    members: Mapping[str, tuple[Member, ...]] | None = None
    """By group: terms of which any may stand for any, drawn; in place of ``rows``."""
    is_cased: bool = False
    """Whether a term counts only as it is written here, or all in capitals."""
    unclear_after: frozenset[str] = frozenset()
    """Words after which it cannot be told whether a term stands before a noun or alone."""
    unclear_in_names: bool = False
    """Whether terms may be parts of proper names ("Christian Bale"), told by capital letters."""
    unclear_beside: frozenset[str] = frozenset()
    """Words, in lower case, that go with the terms of one group alone ("a Catholic priest"), or
    that name a group without terms ("Sikhs")."""

    given_names: frozenset[str] = frozenset()
    """Terms that are given names too ("Christian is my brother")."""
    unclear_after_preposition: frozenset[str] = frozenset()
    """Terms, in lower case, that need an article in some groups and not in others ("to church")."""
    unclear_behind: frozenset[str] = frozenset()
    """What stands before a term that is part of more, with spaces or hyphens ("20 years old")."""
    unclear_unless_noun: frozenset[str] = frozenset()
    """Terms, in lower case, that may be parts of names and compounds ("Stephen King")."""
    form_places: tuple[tuple[Place, ...], ...] = ()
    """Where in a sentence each form of a member may stand; any may anywhere when empty. A member
    that lacks the last forms is not drawn for them."""

    @property
    def tells_nouns(self) -> bool:
        """Whether a term of a noun's place alone has to be told from an adjective."""
        return ("as_noun",) in (*(row.places for row in self.rows), *self.form_places)

    @property
    def is_drawn(self) -> bool:
        """Whether counterparts are drawn, so that a member of the own group can be, too."""
        return self.members is not None


def axis_of(table: Mapping[str, Any], where: str) -> Axis:
    """Make an axis of a TOML table, every term checked.

    Raises:
        DataError: it has no two groups, a row without a term for each, or the like.
    """
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise DataError(where, f"has the unknown key {unknown[0]!r}", f"keep to {', '.join(_KEYS)}")
    groups = _texts(table.get("groups"), where, "groups")
    if len(set(groups)) < MIN_GROUPS or len(set(groups)) < len(groups):
        raise DataError(where, "needs two groups of different names", 'write groups = ["a", "b"]')
    axis = Axis(
        groups=groups,
        rows=tuple(_rows(table, groups, where)),
        members=_members(table, groups, where) if "members" in table else None,
        is_cased=bool(table.get("is_cased", False)),
        unclear_after=frozenset(table.get("unclear_before_noun_after", ())),
        unclear_in_names=bool(table.get("unclear_in_names", False)),
        unclear_beside=frozenset(table.get("unclear_beside", ())),
        unclear_behind=frozenset(table.get("unclear_behind", ())),
        unclear_unless_noun=frozenset(table.get("unclear_unless_noun", ())),
        given_names=frozenset(table.get("given_names", ())),
        unclear_after_preposition=frozenset(table.get("unclear_after_preposition", ())),
        form_places=tuple(_places(each, where) for each in table.get("form_places", ())),
    )
    if bool(axis.rows) == axis.is_drawn:
        raise DataError(where, "needs either rows or members", "write rows = [[…], […]]")
    for group, members in (axis.members or {}).items():
        if len(set(members)) < MIN_MEMBERS:
            reason = f"has one member of {group!r}, and no other to be held against it"
            raise DataError(where, reason, "write another, or rows in place of members")
    return axis


def read_axis(path: Path) -> Axis:
    """Read an axis from a TOML file.

    Raises:
        DataError: the file is not there, is no TOML, or describes no axis.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(path.name, f"cannot be read: {error}", "mend the file") from error
    return axis_of(table, path.name)


def _rows(table: Mapping[str, Any], groups: Sequence[str], where: str) -> list[Row]:
    found = [Row(terms=_row(row, groups, where)) for row in table.get("rows", ())]
    for entry in table.get("in_place", ()):
        places = _places(entry.get("place", ()), where)
        found.append(Row(terms=_row(entry.get("terms"), groups, where), places=places))
    return found


def _places(value: Any, where: str) -> tuple[Place, ...]:
    places = tuple(value)
    if not places or not set(places) <= set(_ANY):
        raise DataError(where, f"has no such place: {list(places)}", f"use {', '.join(_ANY)}")
    return places


def _row(value: Any, groups: Sequence[str], where: str) -> tuple[str, ...]:
    terms = _texts(value, where, "a row")
    if len(terms) != len(groups):
        reason = f"has a row of {len(terms)} terms ({', '.join(terms)}) for {len(groups)} groups"
        raise DataError(where, reason, "write one term for each group, in their order")
    return terms


def _members(
    table: Mapping[str, Any], groups: Sequence[str], where: str
) -> dict[str, tuple[Member, ...]]:
    value = table["members"]
    found: dict[str, tuple[Member, ...]] = {}
    for group in groups:
        entries = value.get(group) if isinstance(value, Mapping) else None
        if not entries or not isinstance(entries, list):
            raise DataError(where, f"names no members of {group!r}", f'write "{group}" = ["…"]')
        found[group] = tuple(
            (each,) if isinstance(each, str) else _texts(each, where, "a member")
            for each in entries
        )
    n_forms = {group: {len(member) for member in found[group]} for group in groups}
    n_places = len(table.get("form_places", ()))
    if n_places and any(max(numbers) != n_places for numbers in n_forms.values()):
        reason = f"has {n_places} form_places, and a group without a member of as many forms"
        raise DataError(where, reason, "write one that has them all for each group")
    if not n_places and len(set().union(*n_forms.values())) > 1:
        raise DataError(where, "has members of unlike numbers of forms", "write all forms of each")
    return found


def _texts(value: Any, where: str, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(x, str) and x.strip() for x in value):
        raise DataError(where, f"needs a list of words for {what}", 'write ["…", "…"]')
    return tuple(value)


def unknown_axis(name: str, known: Sequence[str]) -> ConfigError:
    """Return what is said of a name that no axis has."""
    listed = ", ".join(known)
    return ConfigError("axis", f"there is no axis {name!r}", f"use {listed}, or write path = …")
