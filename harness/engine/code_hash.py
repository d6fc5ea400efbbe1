"""The version of a suite is the hash of its code and settings (asv's idea), not a number."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Suite, Task

_PLACES = ("data", "include_path")
"""Options that say where something lies; its contents have hashes of their own."""


def suite_hash(suite: Suite, task: Task, also: Iterable[object] = ()) -> str:
    """SHA-256 (hex) over the options of a suite and the code of it and of its metrics.

    The code is that of their modules and of all that these import from the same room (or, for a
    plug-in, from the same package). Comments and layout do not count: it is hashed as syntax
    trees. Where the data lives does not count either: the data have a hash of their own.

    Args:
        suite: its description.
        task: what it has prepared.
        also: what else has a part in it by its code, such as a perturbation.
    """
    metrics: list[Metric | CorpusMetric] = [*task.metrics, *task.corpus_metrics]
    return hash_json(
        {
            "options": _options(suite),
            "code": _trees([suite, task, *metrics, *also]),
            "metrics": {metric.name: dict(metric.signature) for metric in metrics},
        }
    )


def _options(suite: object) -> dict[str, str]:
    if not dataclasses.is_dataclass(suite):
        return {}
    names = [field.name for field in dataclasses.fields(suite) if field.name not in _PLACES]
    return {name: repr(getattr(suite, name)) for name in names}


def _trees(things: Iterable[object]) -> dict[str, str]:
    """Return the syntax tree of each module that the things are made of, by name."""
    trees: dict[str, str] = {}
    waiting = [type(thing).__module__ for thing in things]
    while waiting:
        name = waiting.pop()
        # Without a source (a notebook, a compiled plug-in) the options alone are the version.
        path = _file_of(name)
        if name not in trees and path is not None:
            code = _read(path, path.stat().st_mtime_ns)
            trees[name] = code.tree
            waiting += [other for other in code.imports if _room(other) == _room(name)]
    return trees


@dataclasses.dataclass(frozen=True, slots=True)
class _Code:
    tree: str
    imports: tuple[str, ...]


@lru_cache(maxsize=1024)
def _read(path: Path, changed_at: int) -> _Code:
    del changed_at  # a part of the cache's key alone
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return _Code(_written(tree), tuple(_imports(tree)))


def _written(node: object) -> str:
    """Write a syntax tree the same way under every version of Python.

    ``ast.dump`` does not: later versions add fields. Empty ones are left out, and text is written
    in ASCII, since what counts as printable changes too.
    """
    if isinstance(node, ast.AST):
        fields = ((name, _written(value)) for name, value in ast.iter_fields(node))
        inner = ",".join(f"{name}={text}" for name, text in fields if text)
        return f"{type(node).__name__}({inner})"
    if isinstance(node, list):
        return ";".join(map(_written, node))
    return "" if node is None else ascii(node)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # ``from package import name``: the name may be a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _room(module: str) -> list[str]:
    parts = module.split(".")
    return parts[:2] if parts[0] == "harness" else parts[:1]


def _file_of(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):  # a name in a module, or a module that nobody found
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)
