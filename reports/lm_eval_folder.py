"""The folder that ``lm-eval run --output_path --log_samples`` writes, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from harness.core.abilities import Transcribing
from harness.core.ports import Task
from harness.core.run import Run
from harness.core.transcript import Transcript
from harness.reports.lm_eval_results import has_numbers, results_text, sanitized


def files_of(run: Run, task_of: Callable[[str], Task]) -> Iterator[tuple[str, str]]:
    """Yield each file's path and text: a folder for each model, results and samples in it.

    Args:
        run: whose suites of lm-eval are written.
        task_of: reads the data of a suite.
    """
    started = datetime.fromisoformat(run.manifest.started_at).replace(tzinfo=None)
    stamp = started.isoformat(timespec="microseconds").replace(":", "-")
    for model in dict.fromkeys(done.model for done in run.manifest.evaluations):
        own = _of_model(run, model)
        transcripts = {
            name: transcript
            for suite in dict.fromkeys(done.suite for done in own.manifest.evaluations)
            if has_numbers(own, suite)
            for name, transcript in _transcripts(own, suite, task_of).items()
        }
        if not transcripts:
            continue
        folder = sanitized(model)
        yield f"{folder}/results_{stamp}.json", results_text(own, transcripts)
        for name, transcript in transcripts.items():
            yield f"{folder}/samples_{sanitized(name)}_{stamp}.jsonl", transcript.text


def _of_model(run: Run, model: str) -> Run:
    manifest = replace(
        run.manifest,
        evaluations=tuple(done for done in run.manifest.evaluations if done.model == model),
        models={name: parts for name, parts in run.manifest.models.items() if name == model},
    )
    return replace(
        run,
        manifest=manifest,
        estimates=tuple(each for each in run.estimates if each.model == model),
        records=[record for record in run.records if record.model == model],
    )


def _transcripts(run: Run, suite: str, task_of: Callable[[str], Task]) -> Mapping[str, Transcript]:
    task = task_of(suite)
    if not isinstance(task, Transcribing):
        return {}
    return task.transcripts([record for record in run.records if record.suite == suite])
