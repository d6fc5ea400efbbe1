"""From the names and tables in a spec to metrics."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from typing import Any

from harness.core.build import Problems, build
from harness.core.errors import ConfigError, SpecErrors, UnknownName
from harness.core.ports import CorpusMetric, Metric

_GROUP = "harness.metrics"
_EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenMetrics:
    """The metrics of one suite, told apart by how they are computed."""

    per_sample: tuple[Metric, ...]
    on_the_set: tuple[CorpusMetric, ...]

    def __iter__(self) -> Iterator[Metric | CorpusMetric]:
        """Yield all of them."""
        return chain(self.per_sample, self.on_the_set)


def choose_metrics(
    entries: Sequence[str | Mapping[str, Any]], defaults: Mapping[str, Mapping[str, Any]]
) -> ChosenMetrics:
    """Make the metrics that a spec lists.

    Args:
        entries: registered names, ``evaluate:NAME``, or tables of a ``name`` and options.
        defaults: options by metric name, unless the table sets them.

    Raises:
        UnknownName: nothing of that name is registered.
        ConfigError: an option that the metric does not have, or a metric listed twice.
    """
    made = [_metric(entry, f"metrics[{i}]", defaults) for i, entry in enumerate(entries)]
    _refuse_repeats([metric.name for metric in made])
    return ChosenMetrics(
        per_sample=tuple(metric for metric in made if hasattr(metric, "measure")),
        on_the_set=tuple(metric for metric in made if not hasattr(metric, "measure")),
    )


def _metric(
    entry: str | Mapping[str, Any], where: str, defaults: Mapping[str, Mapping[str, Any]]
) -> Any:
    options = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = options.pop("name", None)
    if not isinstance(name, str):
        raise ConfigError(where, "lacks a name", 'write {name = "bleu", …}')
    registered, _, module = name.partition(":")
    if registered == _EVALUATE and module:
        name, options = _EVALUATE, {"module": module, **options}
    factory = _factory(name, f"{where}.name")
    problems = Problems()
    metric = build(factory, {**defaults.get(name, {}), **options}, where, problems)
    try:
        problems.raise_any()
    except SpecErrors as several:  # the suite's own table reports one problem at a time
        raise several.problems[0] from None
    return metric


def _factory(name: str, where: str) -> Any:
    points = _points(tuple(sys.path))
    if name not in points:
        raise UnknownName(where, "metric", name, points)
    try:
        return points[name].load()
    except ImportError as error:
        raise ConfigError(
            where, f"metric {name!r} cannot be imported ({error})", "install what it needs"
        ) from error


@cache
def _points(_path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    """Return the entry points by name; looking through all that is installed takes a while."""
    return {point.name: point for point in entry_points(group=_GROUP)}


def _refuse_repeats(names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ConfigError(
                f"metrics[{place}]",
                f"{name!r} is listed twice, and its numbers could not be told apart",
                "measure the second one in a suite of its own",
            )
