"""Which numbers a task has, and which kind of metric each of them is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from harness.core.identity import hash_json
from harness.suites.lm_eval.aggregation import DEFINITIONS, name_of, numbers_in
from harness.suites.lm_eval.installed import lm_eval_version
from harness.suites.lm_eval.loaded_tasks import LoadedTasks, TaskName
from harness.suites.lm_eval.metric import LmEvalMetric
from harness.suites.lm_eval.questions import Question
from harness.suites.lm_eval.quiet import quiet
from harness.suites.lm_eval.set_metric import LmEvalSetMetric
from harness.suites.lm_eval.specimens import Specimens
from harness.suites.lm_eval.subgroups import leaves_of, weighting_of
from harness.suites.lm_eval.values import Values

_FROM_0_TO_1 = frozenset(
    {"acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match", "acc_all", "em", "f1"}
)
_OTHER_BOUNDS: Mapping[str, tuple[float, float | None]] = {
    "perplexity": (0.0, None),
    "weighted_perplexity": (0.0, None),
    "bits_per_byte": (0.0, None),
    "bleu": (0.0, 100.0),
    "chrf": (0.0, 100.0),
    "ter": (0.0, None),
}
"""By aggregation."""
_NO_NUMBER = "bypass"
"""lm-eval's word for a task without a metric."""

Key = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetrics:
    """The metrics of what was loaded."""

    per_document: tuple[LmEvalMetric, ...]
    on_the_set: tuple[LmEvalSetMetric, ...]
    keys: frozenset[Key]
    """What the tasks give, measured or said to be no number."""


def metrics_of(
    name: TaskName, found: LoadedTasks, questions: Mapping[str, Sequence[Question]]
) -> TaskMetrics:
    """Return a metric for each number that lm-eval would report.

    Args:
        name: what was loaded.
        found: the tasks.
        questions: by task; they are answered with specimens to learn the names.
    """
    specimens = {task: Specimens(found.tasks[task], asked) for task, asked in questions.items()}
    owners: dict[Key, list[str]] = {}
    for task, tried in specimens.items():
        for key in _keys(tried):
            owners.setdefault(key, []).append(task)
    definition = hash_json([_definition(one.task) for one in found.tasks.values()])[:12]
    made: list[LmEvalMetric | LmEvalSetMetric] = []
    for key, tasks in owners.items():
        if key[0] != _NO_NUMBER:
            metric = _metric(name, found, key, tasks, definition)
            parts = dict.fromkeys(part for task in tasks for part in _parts(specimens[task], key))
            made += [replace(metric, part=part) for part in parts] or [metric]
    return TaskMetrics(
        per_document=tuple(metric for metric in made if isinstance(metric, LmEvalMetric)),
        on_the_set=tuple(metric for metric in made if isinstance(metric, LmEvalSetMetric)),
        keys=frozenset(owners),
    )


def _keys(specimens: Specimens) -> tuple[Key, ...]:
    """Return metrics with their filters: those of specimen answers, and those declared.

    A metric without a value on any document is moot, and left out of the run's numbers.
    """
    task = specimens.loaded.task
    seen: dict[Key, None] = {}
    for values in specimens.of_first:
        seen |= dict.fromkeys(values)
    filters = [pipeline.name for pipeline in task._filters]  # noqa: SLF001 - the only door
    seen |= {(metric, each): None for each in filters for metric in task.aggregation()}
    return tuple(seen)


def _parts(specimens: Specimens, key: Key) -> tuple[str, ...]:
    """Return the keys of what an aggregation makes of specimens, if that is several numbers."""
    function = specimens.loaded.task.aggregation().get(key[0])
    if function is None or name_of(function) is not None:
        return ()
    if not _several(function, specimens.of_first, key):
        return ()
    return _several(function, specimens.of_all, key)  # all documents may have more keys than some


def _several(
    function: Callable[[Sequence[Any]], Any], specimens: Sequence[Values], key: Key
) -> tuple[str, ...]:
    with suppress(Exception), quiet():  # the task's code may refuse specimens, and still work
        result = function([values[key] for values in specimens if key in values])
        if isinstance(result, Mapping):
            return tuple(numbers_in(result) or ())
    return ()


def _metric(
    name: TaskName, found: LoadedTasks, key: Key, tasks: Sequence[str], definition: str
) -> LmEvalMetric | LmEvalSetMetric:
    metric = key[0]
    owners = [found.tasks[task].task for task in tasks]
    aggregations = {_aggregation(owner, metric) for owner in owners}
    aggregation = aggregations.pop() if len(aggregations) == 1 else "custom"
    low, high = (0.0, 1.0) if metric in _FROM_0_TO_1 and aggregation == "mean" else (None, None)
    low, high = _OTHER_BOUNDS.get(aggregation, (low, high))
    make = LmEvalMetric if aggregation in DEFINITIONS else LmEvalSetMetric
    return make(
        task=name.name,
        include_path=name.include_path,
        metric=metric,
        filter=key[1],
        aggregation=aggregation,
        better=_direction({owner.higher_is_better().get(metric) for owner in owners}),
        low=low,
        high=high,
        tasks=leaves_of(found.group, tasks) if len(found.tasks) > 1 else (),
        weighting=weighting_of(found.group, metric),
        definition=definition,
        version=lm_eval_version(),
        task_version=_common([str(owner.VERSION) for owner in owners]) or "",
        num_fewshot=_common([int(owner.get_config("num_fewshot") or 0) for owner in owners]),
    )


def _common(values: Sequence[T]) -> T | None:
    return values[0] if len(set(values)) == 1 else None


def _aggregation(task: Any, metric: str) -> str:
    function = task.aggregation().get(metric)
    # lm-eval takes the mean of values that a task returns without saying how to aggregate them.
    return "mean" if function is None else name_of(function) or "custom"


def _direction(said: set[bool | None]) -> Literal["higher", "lower", "neither"]:
    if said == {True}:
        return "higher"
    return "lower" if said == {False} else "neither"


def _definition(task: Any) -> dict[str, str]:
    """Return a task's configuration as texts, functions as source; where it lies does not count."""
    return dict(sorted(_texts(task.dump_config())))


def _texts(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in config.items():
        if key != "metadata":
            yield key, " at 0x".join(part for part in str(value).split(" at 0x")[:1])
