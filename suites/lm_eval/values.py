"""From an answer to lm-eval's values: its filters, then the task's ``process_results``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from harness.core.errors import ConfigError, DataError
from harness.core.response import Generation, LogLikelihoods, Output, TokenLogLikelihoods
from harness.core.sample import Sample
from harness.suites.lm_eval.cause import cause_of
from harness.suites.lm_eval.loaded_tasks import LoadedTask, TaskName, loaded, repeats_of
from harness.suites.lm_eval.quiet import quiet

Values: TypeAlias = Mapping[tuple[str, str], Any]
"""By metric and filter."""
TASK_SLICE = "task"
"""The slice that tells the tasks of a group apart."""
UNTOLD = "the model does not tell whether the continuation is its first choice"
"""Why there is no value that hangs on it."""


@dataclass(frozen=True, slots=True)
class Processed:
    """What comes of one answer; a pipeline of filters that raises costs its own values only."""

    values: Values
    failed: Mapping[str, str]
    """By filter: what the task's code has raised."""
    untold: frozenset[tuple[str, str]] = frozenset()
    """Metrics and filters whose value hangs on what the model does not tell; in no ``values``."""


def task_of(name: TaskName, sample: Sample) -> LoadedTask:
    """Return the task that a sample belongs to.

    Raises:
        DataError: the tasks under the name have changed since.
    """
    tasks = loaded(name).tasks
    own = sample.slices.get(TASK_SLICE, "") if len(tasks) > 1 else next(iter(tasks))
    if own not in tasks:
        raise DataError(f"task {name.name!r}", f"has no task {own!r} any more", "run it anew")
    return tasks[own]


def values_under(name: TaskName, pipeline: str, sample: Sample, output: Output) -> Processed:
    """Return what lm-eval makes of one answer, once a pipeline of filters is known to work on it.

    Raises:
        ConfigError: the pipeline raises, or ``process_results`` on what comes out of it.
        DataError: the tasks under the name have changed since.
    """
    task = task_of(name, sample).name
    made = values_of(name, sample.id, task, output)
    if pipeline in made.failed:
        number = sample.id.rpartition("/")[2]
        raise failure_of(task, number, made.failed[pipeline])
    return made


def failure_of(task: str, number: str, reason: str) -> ConfigError:
    """Return the error that tells of a task's own code."""
    return ConfigError(f"task {task!r}, document {number}", reason, "check the task's functions")


@lru_cache(maxsize=65536)  # several metrics look at one answer, and some at all answers again
def values_of(name: TaskName, sample_id: str, task: str, output: Output) -> Processed:
    """Return what lm-eval makes of one answer.

    Args:
        name: what was loaded.
        sample_id: ends in the document's number.
        task: the one among those under the name.
        output: the answer.
    """
    one = loaded(name).tasks[task]
    doc = one.docs[int(sample_id.rpartition("/")[2])]
    return processed(one.task, doc, output)


def processed(task: Any, doc: Any, output: Output) -> Processed:
    """Filter one answer by each of the task's pipelines and process what comes out.

    lm-eval knows first choices and others only. Of an answer that does not tell which they are,
    a value is kept where it is the same either way.
    """
    made = _processed(task, doc, output, untold=False)
    if not (isinstance(output, LogLikelihoods) and any(s.is_greedy is None for s in output.scores)):
        return made
    other = _processed(task, doc, output, untold=True)
    # Texts compare where arrays and nan do not.
    untold = frozenset(
        key
        for key in made.values.keys() | other.values.keys()
        if repr(made.values.get(key)) != repr(other.values.get(key))
    )
    values = {key: value for key, value in made.values.items() if key not in untold}
    return Processed(values, {**other.failed, **made.failed}, untold)


def _processed(task: Any, doc: Any, output: Output, *, untold: bool) -> Processed:
    values: dict[tuple[str, str], Any] = {}
    with quiet():
        requests, failed = filtered(task, doc, output, untold=untold)
        for name in requests[0].filtered_resps:
            if name in failed:  # it may have come to some of the requests
                continue
            try:
                found = task.process_results(doc, [each.filtered_resps[name] for each in requests])
                values |= {(metric, name): value for metric, value in found.items()}
            except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
                failed[name] = f"its process_results raises {cause_of(error)}"
    return Processed(values, failed)


def filtered(
    task: Any, doc: Any, output: Output, *, untold: bool | None = None
) -> tuple[list[Any], dict[str, str]]:
    """Return an answer as lm-eval's requests, with what each pipeline of the task makes of it.

    Args:
        task: lm-eval's own.
        doc: the document.
        output: the answer.
        untold: what a continuation is taken for of which the model does not tell whether it is
            its first choice.

    Returns:
        The requests, and by pipeline what those that raise have raised.
    """
    from lm_eval.api.instance import Instance

    repeats = repeats_of(task)
    requests = [
        Instance(
            request_type=task.OUTPUT_TYPE,
            doc=doc,
            arguments=(),
            idx=place,
            resps=[answer] * repeats,  # none of them is drawn, or the task would be refused
        )
        for place, answer in enumerate(_answers(output, untold))
    ]
    failed = {}
    for pipeline in task._filters:  # noqa: SLF001 - lm-eval has no other door to them
        try:
            pipeline.apply(requests)
        except Exception as error:  # noqa: BLE001 - as above
            failed[pipeline.name] = f"its filter {pipeline.name!r} raises {cause_of(error)}"
    return requests, failed


def _answers(output: Output, untold: bool | None) -> list[Any]:  # noqa: FBT001 - no switch
    """Return the answers in lm-eval's own form, one for each of its requests."""
    if isinstance(output, LogLikelihoods):
        return [
            (score.log_likelihood, untold if score.is_greedy is None else score.is_greedy)
            for score in output.scores
        ]
    if isinstance(output, TokenLogLikelihoods):
        return [math.fsum(output.values)]
    if isinstance(output, Generation):
        return [output.text]
    raise DataError(
        "answer", f"a {type(output).__name__} is none that lm-eval knows", "use another adapter"
    )
