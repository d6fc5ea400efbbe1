"""From an answer to lm-eval's values: its filters, then the task's ``process_results``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from harness.core.errors import DataError
from harness.core.response import Generation, LogLikelihoods, Output, TokenLogLikelihoods
from harness.core.sample import Sample
from harness.suites.lm_eval.loaded_tasks import LoadedTask, TaskName, loaded, repeats_of
from harness.suites.lm_eval.quiet import quiet

Values: TypeAlias = Mapping[tuple[str, str], Any]
"""By metric and filter."""
TASK_SLICE = "task"
"""The slice that tells the tasks of a group apart."""


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


@lru_cache(maxsize=65536)  # several metrics look at one answer, and some at all answers again
def values_of(name: TaskName, sample_id: str, task: str, output: Output) -> Values:
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


def processed(task: Any, doc: Any, output: Output) -> Values:
    """Filter one answer by each of the task's pipelines and process what comes out."""
    values: dict[tuple[str, str], Any] = {}
    with quiet():
        requests = filtered(task, doc, output)
        for name in requests[0].filtered_resps:
            found = task.process_results(doc, [each.filtered_resps[name] for each in requests])
            values |= {(metric, name): value for metric, value in found.items()}
    return values


def filtered(task: Any, doc: Any, output: Output) -> list[Any]:
    """Return an answer as lm-eval's requests, with what each pipeline of the task makes of it."""
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
        for place, answer in enumerate(_answers(output))
    ]
    for pipeline in task._filters:  # noqa: SLF001 - lm-eval has no other door to them
        pipeline.apply(requests)
    return requests


def _answers(output: Output) -> list[Any]:
    """Return the answers in lm-eval's own form, one for each of its requests."""
    if isinstance(output, LogLikelihoods):
        return [(score.log_likelihood, score.is_greedy) for score in output.scores]
    if isinstance(output, TokenLogLikelihoods):
        return [math.fsum(output.values)]
    if isinstance(output, Generation):
        return [output.text]
    raise DataError(
        "answer", f"a {type(output).__name__} is none that lm-eval knows", "use another adapter"
    )
