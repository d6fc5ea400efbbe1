"""Finds adapters, suites, metrics, reports and sites by name, through entry points only.

Built-ins come through the same door as a stranger's plugin. Nothing is imported until it is
asked for by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from harness.core.errors import ConfigError, UnknownName

Kind = Literal[
    "adapters",
    "attacks",
    "explainers",
    "suites",
    "metrics",
    "perturbations",
    "reports",
    "sites",
    "variations",
]
KINDS: tuple[Kind, ...] = (
    "adapters",
    "attacks",
    "explainers",
    "suites",
    "metrics",
    "perturbations",
    "reports",
    "sites",
    "variations",
)

_FIRST_LINE = re.compile(r'\A(?:#[^\n]*\n)*\s*r?"""(.+?)(?:"""|\n)')


@cache
def registered(kind: Kind) -> Mapping[str, EntryPoint]:
    """Return the entry points of one kind by name, sorted.

    Raises:
        ConfigError: two packages register one name.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"harness.{kind}"):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise ConfigError(
                f"{kind} {point.name!r}",
                f"is registered twice, as {other.value} and as {point.value}",
                "uninstall one of the packages",
            )
    return dict(sorted(found.items()))


def find(kind: Kind, name: str, where: str) -> Any:
    """Import and return the registered object.

    Args:
        kind: which registry.
        name: registered name.
        where: place of the name in the spec, for the message.

    Raises:
        UnknownName: nothing of that name.
        ConfigError: its package cannot be imported.
    """
    points = registered(kind)
    if name not in points:
        raise UnknownName(where, kind.removesuffix("s"), name, points)
    point = points[name]
    try:
        return point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise ConfigError(
            where,
            f"{kind.removesuffix('s')} {name!r} ({provider(point)}) cannot be imported: {error}",
            "install what it needs",
        ) from error


def find_with_option(kind: Kind, name: str, where: str) -> tuple[Any, dict[str, str]]:
    """Do as :func:`find`, for a name that may have an option behind a colon.

    ``lm_eval:hellaswag`` is ``lm_eval`` with the option that its class names in
    ``option_after_colon``.

    Returns:
        The registered object, and the option by name; none where there is no colon.

    Raises:
        UnknownName: nothing of that name, or it takes no option there.
        ConfigError: its package cannot be imported.
    """
    registered_name, colon, value = name.partition(":")
    if not colon or registered_name not in registered(kind):
        return find(kind, name, where), {}
    found = find(kind, registered_name, where)
    option = getattr(found, "option_after_colon", None)
    if option is None or not value:
        raise UnknownName(where, kind.removesuffix("s"), name, registered(kind))
    return found, {option: value}


def provider(point: EntryPoint) -> str:
    """Return the distribution an entry point comes from, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown package"


def summary(point: EntryPoint) -> str:
    """Return the first line of the module's docstring, read without importing the module."""
    path = _source_of(point.module)
    if path is None:
        return ""
    with path.open(encoding="utf-8") as file:
        match = _FIRST_LINE.match(file.read(2000))
    return match[1].strip() if match else ""


def _source_of(module: str) -> Path | None:
    """Find a module's file through its top package only: parents are not executed one by one."""
    top, *rest = module.split(".")
    spec = find_spec(top)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        stem = Path(folder).joinpath(*rest)
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                return path
    return None
