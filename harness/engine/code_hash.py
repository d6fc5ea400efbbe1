"""The version of a suite is the hash of its code and settings (asv's idea), not a number."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterable

from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Suite, Task


def suite_hash(suite: Suite, task: Task) -> str:
    """SHA-256 (hex) over the options of a suite and the code of it and of its metrics.

    Comments and layout do not count: the code is hashed as a syntax tree. Where the data lives
    does not count either: the data have a hash of their own.
    """
    metrics: list[Metric | CorpusMetric] = [*task.metrics, *task.corpus_metrics]
    return hash_json(
        {
            "options": _options(suite),
            "code": _trees([suite, task, *metrics]),
            "metrics": {metric.name: dict(metric.signature) for metric in metrics},
        }
    )


def _options(suite: object) -> dict[str, str]:
    if not dataclasses.is_dataclass(suite):
        return {}
    names = [field.name for field in dataclasses.fields(suite) if field.name != "data"]
    return {name: repr(getattr(suite, name)) for name in names}


def _trees(things: Iterable[object]) -> dict[str, str]:
    """Return the syntax tree of the module of each thing's class."""
    trees = {}
    for thing in things:
        module = inspect.getmodule(type(thing))
        if module is None or module.__name__ in trees:
            continue
        try:
            trees[module.__name__] = ast.dump(ast.parse(inspect.getsource(module)))
        except (OSError, SyntaxError):
            # No source (a compiled plug-in): its version stands in through the packages list.
            trees[module.__name__] = "no source"
    return trees
