"""Makes a registered dataclass from a table of options, checking keys and types by its fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from harness.core.errors import ConfigError, SpecErrors, did_you_mean, nearest


class Problems:
    """Collects what is wrong, so that one reading of the spec reports everything."""

    def __init__(self) -> None:
        self._found: list[ConfigError] = []

    def __len__(self) -> int:
        """How many so far."""
        return len(self._found)

    def add(self, where: str, reason: str, remedy: str = "") -> None:
        """Note one problem."""
        self._found.append(ConfigError(where, reason, remedy))

    def keep(self, error: ConfigError) -> None:
        """Note one that was raised."""
        self._found.append(error)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Note what the block raises, and go on."""
        try:
            yield
        except ConfigError as error:
            self.keep(error)

    def raise_any(self) -> None:
        """Raise what was noted; nothing when all was well."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise SpecErrors(self._found)


class _WrongTypeError(Exception):
    """The value is not of the wanted type; the text says what would be."""


def build(
    cls: type, table: Mapping[str, Any], where: str, problems: Problems, also: Iterable[str] = ()
) -> Any:
    """Return ``cls(**table)`` with nested tables built likewise, or None when it cannot be.

    Args:
        cls: a dataclass.
        table: option names to values, as TOML gives them; in place of what a name stands for, the
            thing itself, or the error of a name that stands for nothing.
        where: place in the spec.
        problems: receives what is wrong.
        also: keys that are allowed here but belong to the caller.
    """
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
    n_before = len(problems)
    misspelt = check_keys(table, (*fields, *also), where, problems)
    hints = typing.get_type_hints(cls)
    values = {}
    for name, field in fields.items():
        if name in table:
            values[name] = _converted(table[name], hints[name], f"{where}.{name}", problems)
        elif field.default is field.default_factory is dataclasses.MISSING and name not in misspelt:
            problems.add(where, f"lacks {name!r}", f"add {name} = …")
    if len(problems) > n_before:
        return None
    try:
        return cls(**values)
    except ConfigError as error:
        place = f"{where}.{error.where}" if error.where else where
        problems.keep(ConfigError(place, error.reason, error.remedy))
        return None


def options_of(thing: object) -> dict[str, Any]:
    """Return the table from which ``build`` makes an equal thing.

    Options that are None are left out, in nested tables too: TOML has no word for them, and the
    default serves.

    >>> from harness.core.request import Classify
    >>> options_of(Classify(text="x"))
    {'text': 'x'}
    """
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        return {}
    return dataclasses.asdict(thing, dict_factory=_without_none)


def _without_none(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None}


def dataclass_in(hint: Any) -> type | None:
    """Return the dataclass that a type, or one member of a union, is; None where there is none."""
    for option in typing.get_args(hint) or (hint,):
        if isinstance(option, type) and dataclasses.is_dataclass(option):
            return option
    return None


def check_keys(
    table: Mapping[str, Any], known: Iterable[str], where: str, problems: Problems
) -> frozenset[str]:
    """Note every key that nobody knows, with the nearest that somebody does.

    Returns:
        The known keys that were meant, as far as the misspelt ones tell: they are not missing.
    """
    names = tuple(known)
    unknown = [key for key in table if key not in names]
    for key in unknown:
        problems.add(where, f"unknown key {key!r}", did_you_mean(key, names))
    return frozenset(near for key in unknown for near in nearest(key, names))


def _converted(value: Any, hint: Any, where: str, problems: Problems) -> Any:
    if isinstance(value, ConfigError):
        problems.keep(value)
        return None
    try:
        return _convert(value, hint, where, problems)
    except _WrongTypeError as wanted:
        problems.add(where, f"must be {wanted}, not {shown(value)}", f"write {wanted}")
        return None


def _convert(value: Any, hint: Any, where: str, problems: Problems) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(value, typing.get_args(hint), where, problems)
    if origin is Literal:
        return _convert_literal(value, typing.get_args(hint), where, problems)
    if origin is tuple:
        return _convert_tuple(value, typing.get_args(hint), where, problems)
    if origin is not None and issubclass(origin, Mapping):
        return _convert_mapping(value, typing.get_args(hint), where, problems)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _convert_dataclass(value, hint, where, problems)
    return _convert_plain(value, hint)


def _convert_dataclass(value: Any, hint: type, where: str, problems: Problems) -> Any:
    if isinstance(value, hint):
        return value
    if not isinstance(value, Mapping):
        raise _WrongTypeError("a table")
    return build(hint, value, where, problems)


def _convert_plain(value: Any, hint: Any) -> Any:
    if hint is Any:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    is_bool_for_number = isinstance(value, bool) and hint is not bool
    if not isinstance(value, hint) or is_bool_for_number:
        raise _WrongTypeError(_name_of(hint))
    return value


def _convert_union(value: Any, options: tuple[Any, ...], where: str, problems: Problems) -> Any:
    candidates = [option for option in options if option is not type(None)]
    fitting = [option for option in candidates if _fits(value, option)]
    if not fitting:
        raise _WrongTypeError(" or ".join(_name_of(option) for option in candidates))
    return _convert(value, fitting[0], where, problems)


def _fits(value: Any, hint: Any) -> bool:
    """Tell by the outer shape alone which member of a union is meant."""
    origin = typing.get_origin(hint)
    if origin is Literal:
        return isinstance(value, str)
    if origin is tuple:
        return isinstance(value, list | tuple)
    if dataclasses.is_dataclass(hint) or (origin is not None and issubclass(origin, Mapping)):
        is_made = isinstance(hint, type) and origin is None and isinstance(value, hint)
        return is_made or isinstance(value, Mapping)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint) and not (isinstance(value, bool) and hint is not bool)


def _convert_literal(value: Any, allowed: tuple[Any, ...], where: str, problems: Problems) -> Any:
    if value not in allowed:
        words = [str(word) for word in allowed]
        problems.add(where, f"{value!r} is not possible", did_you_mean(str(value), words))
    return value


def _convert_tuple(
    value: Any, inner: tuple[Any, ...], where: str, problems: Problems
) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _WrongTypeError(f"a list of {_name_of(inner[0])}")
    return tuple(
        _converted(item, inner[0], f"{where}[{i}]", problems) for i, item in enumerate(value)
    )


def _convert_mapping(
    value: Any, inner: tuple[Any, ...], where: str, problems: Problems
) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _WrongTypeError("a table")
    return {
        key: _converted(item, inner[1], f"{where}.{key}", problems) for key, item in value.items()
    }


def shown(value: object) -> str:
    """Return a value of a spec for a message, cut short when it is long.

    >>> shown("x" * 200)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
    """
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN = 60
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _name_of(hint: Any) -> str:
    if hint in _NAMES:
        return _NAMES[hint]
    if typing.get_origin(hint) is tuple:
        return "a list"
    if typing.get_origin(hint) is Literal:
        return " or ".join(repr(word) for word in typing.get_args(hint))
    return "a table"
