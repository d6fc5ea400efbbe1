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

    task: str
    estimate: Estimate
    options: Mapping[str, Any]
    """Of its metric."""

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
        return self.estimate.slice is None and bool(self.options.get("tasks"))


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
        "group_subtasks": _members(groups),
        "configs": {task: transcript.config for task, transcript in known.items()},
        "versions": {n.task: n.options.get("task_version") or "N/A" for n in numbers},
        "n-shot": _shots(numbers, known),
        "higher_is_better": _directions(numbers),
        "n-samples": _sizes(numbers, known),
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
        (task, estimate, options)
        for estimate in run.estimates
        if (options := _options(evaluations.get((estimate.model, estimate.suite)), estimate))
        and (task := _place(estimate, options))
    ]
    is_one_model = len({model for model, _ in evaluations}) == 1
    owners: dict[str, set[str]] = {}
    for task, estimate, _ in found:
        owners.setdefault(task, set()).add(estimate.suite)
    for task, estimate, options in found:
        before = () if is_one_model else (estimate.model,)
        before += (estimate.suite,) if len(owners[task]) > 1 else ()
        yield _Number("/".join((*before, task)), estimate, options)


def _place(estimate: Estimate, options: Mapping[str, Any]) -> str | None:
    """Return the task or group that a number is of; None for other slices.

    A slice of a task that a metric does not have is empty, and no number.
    """
    if estimate.slice is None:
        return str(options["task"])
    column, task = estimate.slice
    is_foreign = estimate.value is None and task not in options.get("tasks", ())
    return None if column != _TASK_SLICE or is_foreign else task


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
        own[f"{number.metric},{number.filter}"] = estimate.value
        own[f"{number.metric}_stderr,{number.filter}"] = error
    return results


def _members(groups: list[_Number]) -> dict[str, list[str]]:
    """Return the tasks of each group, those of all of its metrics."""
    members: dict[str, dict[str, None]] = {}
    for number in groups:
        members.setdefault(number.task, {}).update(dict.fromkeys(number.options["tasks"]))
    return {group: list(tasks) for group, tasks in members.items()}


def _directions(numbers: list[_Number]) -> dict[str, dict[str, bool | None]]:
    found: dict[str, dict[str, bool | None]] = {}
    for number in numbers:
        better = _BETTER[number.estimate.quantity.direction]
        found.setdefault(number.task, {})[number.metric] = better
    return found


def _sizes(numbers: list[_Number]) -> dict[str, int]:
    """Return how many documents each place has: some metrics are of a part of them."""
    sizes: dict[str, int] = {}
    for number in numbers:
        sizes[number.task] = max(number.estimate.n, sizes.get(number.task, 0))
    return sizes


def _names(manifest: Manifest) -> dict[str, str]:
    name = ", ".join(sorted(manifest.models))
    return {
        "model_source": "harness",
        "model_name": name,
        "model_name_sanitized": sanitized(name),
    }


def has_numbers(run: Run, suite: str) -> bool:
    """Tell whether a suite of a run has any number of lm-eval's."""
    return any(number.estimate.suite == suite for number in _numbers(run))


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
