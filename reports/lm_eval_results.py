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
        "group_subtasks": {n.task: n.options["tasks"] for n in groups},
        "configs": {task: transcript.config for task, transcript in known.items()},
        "versions": {n.task: n.options.get("task_version") or "N/A" for n in numbers},
        "n-shot": {n.task: n.options.get("num_fewshot") for n in numbers},
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
    models = {model for model, _ in evaluations}
    for estimate in run.estimates:
        done = evaluations.get((estimate.model, estimate.suite))
        options = _options(done, estimate)
        if options is None:
            continue
        place, value = estimate.slice or (_TASK_SLICE, str(options["task"]))
        if place == _TASK_SLICE:
            task = value if len(models) == 1 else f"{estimate.model}/{value}"
            yield _Number(task, estimate, options)


def _options(done: Evaluation | None, estimate: Estimate) -> Mapping[str, Any] | None:
    if done is None or estimate.metric.partition(":")[0] not in _METRICS:
        return None
    return done.metric_options.get(estimate.metric)


def _results(numbers: list[_Number]) -> dict[str, dict[str, object]]:
    results: dict[str, dict[str, object]] = {}
    for number in numbers:
        estimate = number.estimate
        own = results.setdefault(
            number.task, {"name": number.task, "alias": number.task, "sample_len": estimate.n}
        )
        error = "N/A" if estimate.stderr is None else estimate.stderr
        own[f"{number.metric},{number.filter}"] = estimate.value
        own[f"{number.metric}_stderr,{number.filter}"] = error
    return results


def _directions(numbers: list[_Number]) -> dict[str, dict[str, bool | None]]:
    found: dict[str, dict[str, bool | None]] = {}
    for number in numbers:
        better = _BETTER[number.estimate.quantity.direction]
        found.setdefault(number.task, {})[number.metric] = better
    return found


def _sizes(numbers: list[_Number], known: Mapping[str, Transcript]) -> dict[str, dict[str, int]]:
    sizes = {number.task: {"effective": number.estimate.n} for number in numbers}
    for task in sizes.keys() & known.keys():
        sizes[task] = {"original": known[task].n_documents, **sizes[task]}
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
