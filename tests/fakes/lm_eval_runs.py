"""Runs of lm-eval itself and of this engine on the same tasks, and how near they have to be."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.config import parse_spec
from harness.core.response import (
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)
from harness.core.run import Record
from harness.result import Result

EXAMPLES = Path(__file__).parents[2] / "examples" / "lm_eval"
LIMIT = 8


def theirs(
    folder: Path,
    tasks: Sequence[str],
    limit: int | None = LIMIT,
    *,
    include_path: Path = EXAMPLES,
    **options: Any,
) -> Mapping[str, Any]:
    """Run lm-eval itself, on its model class ``hf``."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Mapping[str, Any] = lm_eval.simple_evaluate(
            **{"model": "hf", "model_args": hf_arguments(folder), "bootstrap_iters": 0} | options,
            tasks=list(tasks),
            limit=limit,
            task_manager=TaskManager(include_path=str(include_path), include_defaults=False),
        )
    return found


def hf_arguments(folder: Path) -> dict[str, Any]:
    """Return the model_args that make lm-eval's ``hf`` run a folder as we do."""
    return {
        "pretrained": str(folder),
        "dtype": "float32",
        "max_length": 4096,
        "device": "cpu",
        "batch_size": 4,
    }


def ours(
    folder: Path, tasks: Sequence[str], out: Path, limit: int = LIMIT, **options: Any
) -> Result:
    """Run the same through this engine and its own adapter."""
    model = {"name": "tiny", "adapter": "transformers", "path": str(folder)}
    return run_tasks(model, tasks, out, limit, **options)


def run_tasks(
    model: Mapping[str, Any],
    tasks: Sequence[str],
    out: Path,
    limit: int | None = LIMIT,
    **options: Any,
) -> Result:
    """Run example tasks on a model of a spec."""
    suites = [
        {"suite": f"lm_eval:{task}", "name": task, "include_path": str(EXAMPLES), **options}
        for task in tasks
    ]
    table: dict[str, Any] = {"out": str(out), "model": [model], "suite": suites}
    if limit is not None:
        table["limit"] = limit
    return harness.run(parse_spec(table, folder=out))


def records_of(result: Result) -> Iterator[tuple[str, int, Record]]:
    """Yield task, number of document, and record."""
    for record in result.run.records:
        task = record.sample.slices.get("task", record.suite)
        yield task, int(record.sample.id.rpartition("/")[2]), record


FLOAT32_SUM = 2**-22
"""Two steps of float32, which lm-eval adds up in: more than 1e-4 for numbers above 400."""


def assert_same_answer(record: Record, sample: Mapping[str, Any], rel: float) -> None:
    def near(log_likelihoods: list[float]) -> Any:
        return pytest.approx([float(each) for each in log_likelihoods], abs=1e-4, rel=rel)

    assert isinstance(record.answer, Response)
    output: Output = record.answer.output
    given = [each[0] for each in sample["resps"]]
    if isinstance(output, Generation):
        assert [output.text] == given
    elif isinstance(output, TokenLogLikelihoods):
        assert [math.fsum(output.values)] == near(given)
    else:
        assert isinstance(output, LogLikelihoods)
        scores = [score.log_likelihood for score in output.scores]
        assert scores == near([each[0] for each in given])
        assert [s.is_greedy for s in output.scores] == [bool(each[1]) for each in given]


def assert_same_answers(result: Result, found: Mapping[str, Any], rel: float = FLOAT32_SUM) -> int:
    samples = {
        (task, sample["doc_id"]): sample
        for task, listed in found["samples"].items()
        for sample in listed
    }
    asked = {(task, number) for task, number, _ in records_of(result)}
    assert asked == set(samples)
    for task, number, record in records_of(result):
        assert_same_answer(record, samples[task, number], rel)
    return len(asked)


def assert_same_numbers(
    result: Result, results: Mapping[str, Mapping[str, Any]], rel: float = 1e-5
) -> int:
    """Compare every number that lm-eval reports, of groups and of tasks inside them."""
    by_place = {
        (e.slice[1] if e.slice else e.suite, e.quantity.id): e.value for e in result.run.estimates
    }
    n_compared = 0
    for task, numbers in results.items():
        for key, value in numbers.items():
            metric, comma, name = key.partition(",")
            if not comma or metric.endswith("_stderr") or not isinstance(value, int | float):
                continue
            quantity = metric if name == "none" else key
            mine = by_place[task, quantity]
            assert mine == pytest.approx(float(value), rel=rel, abs=1e-9), (task, key)
            n_compared += 1
    return n_compared
