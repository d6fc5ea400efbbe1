"""The folder that ``lm-eval run --output_path --log_samples`` writes, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from harness.core.abilities import Transcribing
from harness.core.estimate import Estimate
from harness.core.ports import Task
from harness.core.run import Evaluation, Record, Run
from harness.core.transcript import Transcript
from harness.reports.lm_eval_results import has_numbers, results_text, sanitized

Transcripts: TypeAlias = Mapping[str, Transcript]
"""By task."""


def files_of(run: Run, task_of: Callable[[str], Task]) -> Iterator[tuple[str, str]]:
    """Yield each file's path and text: a folder for each model, results and samples in it.

    Args:
        run: whose suites of lm-eval are written.
        task_of: reads the data of a suite.
    """
    started = datetime.fromisoformat(run.manifest.started_at).replace(tzinfo=None)
    stamp = started.isoformat(timespec="microseconds").replace(":", "-")
    models = list(dict.fromkeys(done.model for done in run.manifest.evaluations))
    parts: dict[str, dict[str, Transcripts]] = {model: {} for model in models}
    # Suite by suite: two of them on one task share lm-eval's object of it, and its settings are
    # those of the suite that was read last.
    for suite in dict.fromkeys(done.suite for done in run.manifest.evaluations):
        for model in models:
            part = _part(run, model, (suite,))
            if has_numbers(part) and (found := _transcripts(part, suite, task_of)):
                parts[model][suite] = found
    for model, by_suite in parts.items():
        for folder, suites in _folders(model, by_suite):
            together = {name: one for suite in suites for name, one in by_suite[suite].items()}
            text = results_text(_part(run, model, suites), together)
            yield f"{folder}/results_{stamp}.json", text
            for name, transcript in together.items():
                yield f"{folder}/samples_{sanitized(name)}_{stamp}.jsonl", transcript.text


def _folders(
    model: str, by_suite: Mapping[str, Transcripts]
) -> Iterator[tuple[str, Collection[str]]]:
    """Yield folders with their suites: each has its own where two of them have a task in common."""
    if not by_suite:
        return
    n_tasks = Counter(task for transcripts in by_suite.values() for task in transcripts)
    if max(n_tasks.values()) == 1:
        yield sanitized(model), by_suite
        return
    for suite in by_suite:
        yield f"{sanitized(model)}/{sanitized(suite)}", (suite,)


def _part(run: Run, model: str, suites: Collection[str]) -> Run:
    """Return what a run has of one model and some of its suites."""

    def is_in(one: Evaluation | Estimate | Record) -> bool:
        return one.model == model and one.suite in suites

    manifest = replace(
        run.manifest,
        evaluations=tuple(filter(is_in, run.manifest.evaluations)),
        models={name: parts for name, parts in run.manifest.models.items() if name == model},
    )
    return replace(
        run,
        manifest=manifest,
        estimates=tuple(filter(is_in, run.estimates)),
        records=list(filter(is_in, run.records)),
    )


def _transcripts(run: Run, suite: str, task_of: Callable[[str], Task]) -> Transcripts:
    task = task_of(suite)
    if not isinstance(task, Transcribing):
        return {}
    return task.transcripts(list(run.records))
