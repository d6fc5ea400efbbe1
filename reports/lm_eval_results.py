"""A run as the results file of lm-evaluation-harness."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.core.estimate import Estimate
from harness.core.run import Evaluation, Manifest, Run
from harness.core.score import Direction
from harness.core.transcript import Transcript
from harness.reports.plain_data import plain

_METRICS = ("lm_eval", "lm_eval_set")
_TASK_SLICE = "task"
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')
_BETTER = {Direction.HIGHER: True, Direction.LOWER: False, Direction.NEITHER: None}


@dataclass(frozen=True, slots=True)
class _Number:
    """One of lm-eval's numbers: of a task, or of a group as a whole."""

    prefix: str
    """Model and suite, where the file has several."""
    name: str
    """lm-eval's, of the task or group."""
    estimate: Estimate
    options: Mapping[str, Any]
    """Of its metric."""

    @property
    def task(self) -> str:
        """What the file calls the task or group."""
        return self.prefix + self.name

    @property
    def members(self) -> list[str]:
        """What the file calls the tasks of the group that have the metric."""
        return [self.prefix + task for task in self.options.get("tasks") or ()]

    @property
    def metric(self) -> str:
        """lm-eval's name of the metric."""
        return str(self.options["metric"])

    @property
    def filter(self) -> str:
        """lm-eval's name of the filter."""
        return str(self.options.get("filter", "none"))

    @property
    def is_of_group(self) -> bool:
        """Whether it is put together from several tasks."""
        return self.estimate.slice is None and bool(self.members)


def results_text(run: Run, transcripts: Mapping[str, Transcript] | None = None) -> str:
    """Return the document.

    Args:
        run: whose suites of lm-eval are written.
        transcripts: by task, where they are at hand: they bring what a stored run does not tell.
    """
    numbers = list(_numbers(run))
    manifest, known = run.manifest, transcripts or {}
    groups = [number for number in numbers if number.is_of_group]
    document = {
        "results": _results(numbers),
        **({"groups": _results(groups)} if groups else {}),
        "group_subtasks": _members(numbers),
        "configs": {task: transcript.config for task, transcript in known.items()},
        "versions": {n.task: n.options.get("task_version") or "N/A" for n in numbers},
        "n-shot": _shots(numbers, known),
        "higher_is_better": _directions(numbers),
        "n-samples": _samples(numbers, known),
        "config": _config(manifest),
        "date": datetime.fromisoformat(manifest.started_at).timestamp(),
        "lm_eval_version": next((n.options.get("version") for n in numbers), None),
        "transformers_version": manifest.packages.get("transformers"),
        "task_hashes": {task: transcript.hash for task, transcript in known.items()},
        **_names(manifest),
        "total_evaluation_time_seconds": str(sum(e.wall_s for e in manifest.evaluations)),
    }
    return json.dumps(plain(document), indent=2, allow_nan=False) + "\n"


def _numbers(run: Run) -> Iterator[_Number]:
    evaluations = {(done.model, done.suite): done for done in run.manifest.evaluations}
    found = [
        (name, estimate, options)
        for estimate in run.estimates
        if (options := _options(evaluations.get((estimate.model, estimate.suite)), estimate))
        and (name := _place(estimate, options))
    ]
    owners: dict[str, set[str]] = {}
    for name, estimate, _ in found:
        owners.setdefault(name, set()).add(estimate.suite)
    has_models = len({model for model, _ in evaluations}) > 1
    has_twice = any(len(suites) > 1 for suites in owners.values())
    for name, estimate, options in found:
        model = f"{estimate.model}/" if has_models else ""
        suite = f"{estimate.suite}/" if has_twice else ""
        yield _Number(model + suite, name, estimate, options)


def _place(estimate: Estimate, options: Mapping[str, Any]) -> str | None:
    """Return the task or group that a number is of; None for other slices.

    The empty slice of a task that does not have the metric is no number.
    """
    if estimate.slice is None:
        return str(options["task"])
    column, value = estimate.slice
    tasks = options.get("tasks") or ()
    is_task = column == _TASK_SLICE and bool(tasks)
    return value if is_task and (value in tasks or estimate.value is not None) else None


def _options(done: Evaluation | None, estimate: Estimate) -> Mapping[str, Any] | None:
    if done is None or estimate.metric.partition(":")[0] not in _METRICS:
        return None
    return done.metric_options.get(estimate.metric)


def _results(numbers: list[_Number]) -> dict[str, dict[str, object]]:
    results: dict[str, dict[str, object]] = {}
    sizes = _sizes(numbers)
    for number in numbers:
        estimate = number.estimate
        own = results.setdefault(
            number.task,
            {"name": number.task, "alias": number.task, "sample_len": sizes[number.task]},
        )
        error = "N/A" if estimate.stderr is None else estimate.stderr
        part = str(number.options.get("part") or "")
        _put(own, f"{number.metric},{number.filter}", part, estimate.value)
        _put(own, f"{number.metric}_stderr,{number.filter}", part, error)
    return results


def _put(own: dict[str, object], key: str, part: str, value: object) -> None:
    """Put a value under its key; what an aggregation has returned as a mapping stands as one."""
    if not part:
        own[key] = value
        return
    held = own.setdefault(key, {})
    assert isinstance(held, dict)
    held[part] = value


def _members(numbers: list[_Number]) -> dict[str, list[str]]:
    """Return the tasks of each group, those of all of its metrics that have an entry of their own.

    A run that was ended early has none of the tasks that it did not come to.
    """
    own = {number.task for number in numbers if not number.is_of_group}
    members: dict[str, dict[str, None]] = {}
    for number in numbers:
        if number.is_of_group:
            found = (task for task in number.members if task in own)
            members.setdefault(number.task, {}).update(dict.fromkeys(found))
    return {group: list(tasks) for group, tasks in members.items()}


def _shots(numbers: list[_Number], known: Mapping[str, Transcript]) -> dict[str, int]:
    """Return the examples in a prompt; a group has a number where its tasks have the same.

    A stored run alone does not tell it of a task whose metrics are all shared with tasks that
    have another: that task is left out.
    """
    shots = {task: int(one.config.get("num_fewshot") or 0) for task, one in known.items()}
    for number in numbers:
        n_shots = number.options.get("num_fewshot")
        if n_shots is not None and not number.is_of_group:
            shots.setdefault(number.task, n_shots)
    for group, tasks in _members(numbers).items():
        of_tasks = {shots.get(task) for task in tasks}
        if len(of_tasks) == 1 and (n_shots := of_tasks.pop()) is not None:
            shots[group] = n_shots
    return shots


def _directions(numbers: list[_Number]) -> dict[str, dict[str, bool | None]]:
    found: dict[str, dict[str, bool | None]] = {}
    for number in numbers:
        better = _BETTER[number.estimate.quantity.direction]
        found.setdefault(number.task, {})[number.metric] = better
    return found


def _sizes(numbers: list[_Number]) -> dict[str, int]:
    """Return the documents of each place; a metric may be of a part of them alone."""
    sizes: dict[str, int] = {}
    for number in numbers:
        sizes[number.task] = max(number.estimate.n, sizes.get(number.task, 0))
    of_groups = {
        group: sum(sizes.get(task, 0) for task in tasks)
        for group, tasks in _members(numbers).items()
    }
    return sizes | of_groups


def _samples(numbers: list[_Number], known: Mapping[str, Transcript]) -> dict[str, dict[str, int]]:
    """Return the documents of each task, those asked about and, where it is known, all."""
    sizes, groups = _sizes(numbers), _members(numbers)
    return {
        task: {
            **({"original": known[task].n_documents} if task in known else {}),
            "effective": size,
        }
        for task, size in sizes.items()
        if task not in groups
    }


def _names(manifest: Manifest) -> dict[str, str]:
    name = ", ".join(sorted(manifest.models))
    return {
        "model_source": "harness",
        "model_name": name,
        "model_name_sanitized": sanitized(name),
    }


def has_numbers(run: Run) -> bool:
    """Tell whether a run has any number of lm-eval's."""
    return any(_numbers(run))


def sanitized(name: str) -> str:
    """Return a name as lm-eval makes a part of a path out of it.

    >>> sanitized("org/model:1")
    'org__model__1'
    """
    return _UNSAFE.sub("__", name)


def _config(manifest: Manifest) -> dict[str, object]:
    names = sorted(manifest.models)
    return {
        "model": ", ".join(names),
        "tasks": list(dict.fromkeys(done.suite for done in manifest.evaluations)),
        "model_args": {name: dict(manifest.models[name]) for name in names},
        "limit": manifest.limit,
        "random_seed": manifest.seed,
    }
