"""Generation under a load, with the time of each token.

Prompts are tokenised before the load begins, and texts are not put together: the times are those
of the model alone. A token's time is when it is chosen, sampling included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.batching import attempt
from harness.adapters.transformers.generation import GenerationResponder, end_ids
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.marked_generation import decode_marked
from harness.adapters.transformers.prompt_reading import PromptReader
from harness.adapters.transformers.running_row import RunningRow, RunningRows, Step, started
from harness.adapters.transformers.step_clock import clock_of
from harness.adapters.transformers.tree_reading import stretch_length
from harness.adapters.transformers.under_way import Intake, UnderWay
from harness.adapters.transformers.waiting_line import line_of
from harness.core.arrival import Arrival
from harness.core.request import Request
from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace


class Timed(NamedTuple):
    """What came of one request."""

    request: Request
    trace: Trace
    written: list[int]
    """The ids of its answer."""


def time_requests(
    loaded: LoadedModel,
    responder: GenerationResponder,
    arrivals: Sequence[Arrival],
    *,
    concurrency: int | None,
    budget: int | None,
) -> Iterator[Timed]:
    """Carry out a load, and then tell of each request.

    A causal model whose rows may come and go takes a request in at its next step; others answer
    batch after batch. New rows are read together, so that the time on the prompt of each is that
    of all.

    Args:
        loaded: a model that generates.
        responder: reads its requests.
        arrivals: what to send.
        concurrency: most requests under way at once; None without a bound.
        budget: running rows times the longest of them, new tokens counted; what does not fit
            waits. None where ``concurrency`` alone is the bound.
    """
    rows = [_read(responder, arrival.request) for arrival in arrivals]
    clock = clock_of(loaded.device)
    line = line_of(arrivals, concurrency, clock.now_ns)
    intake = Intake(rows, line, clock, budget)
    try:
        if loaded.sharing.continuing is None:
            _batch_by_batch(loaded, responder, intake)
        else:
            _continuously(loaded, intake)
    finally:
        line.close()
    moments = clock.moments_ns()
    for one in intake.done:
        arrival = arrivals[one.sent.at]
        yield Timed(arrival.request, one.trace(arrival.due_ns, moments), one.written)


def _read(responder: GenerationResponder, request: Request) -> GenerationRow | Failure:
    try:
        return responder.read(request).rows[0]
    except RefusedError as refused:
        return refused.failure


def _continuously(loaded: LoadedModel, intake: Intake) -> None:
    windows, tokenizer, ends = loaded.sharing.continuing, loaded.encoder.tokenizer, end_ids(loaded)
    assert windows is not None
    running = RunningRows(loaded.model, windows)
    by_row: dict[RunningRow, UnderWay] = {}
    while intake.goes_on(len(by_row)):
        new = {started(one.row, tokenizer, ends): one for one in intake.admit(running.rows)}
        by_row |= new
        step = attempt(partial(_step, loaded, running, list(new), intake.clock.mark))
        if step is None:
            intake.fail(list(by_row.values()), _out_of_memory(len(by_row)))
            running, by_row = RunningRows(loaded.model, windows), {}
            continue
        _note(step, list(new.values()), [by_row[row] for row in step.continued])
        for row in step.done:
            one = by_row.pop(row)
            one.written = row.written
            intake.done.append(one)


def _step(
    loaded: LoadedModel,
    running: RunningRows,
    new: list[RunningRow],
    mark: Callable[[], int | None],
) -> Step:
    if not new:
        return running.advance(new, None, mark)
    windows = loaded.sharing.continuing
    assert windows is not None
    # Of the new rows alone: nothing that was read in an earlier step may help them.
    prompts = [row.row.tokens for row in new]
    reader = PromptReader(loaded.model, windows, prompts, stretch_length(loaded.model))
    return running.advance(new, reader, mark)


def _note(step: Step, new: Sequence[UnderWay], continued: Sequence[UnderWay]) -> None:
    for one in new:
        assert step.joined is not None
        one.begun, one.read = step.begun, step.read
        one.tokens.append(step.joined)
    for one in continued:
        assert step.stepped is not None
        one.tokens.append(step.stepped)


def _batch_by_batch(loaded: LoadedModel, responder: GenerationResponder, intake: Intake) -> None:
    while intake.goes_on(0):
        batch = intake.admit([])
        rows = [one.row for one in batch]
        marks = attempt(partial(decode_marked, responder, loaded.model, rows, intake.clock))
        if marks is None:
            intake.fail(batch, _out_of_memory(len(batch)))
            continue
        for one, written in zip(batch, marks.written, strict=True):
            one.begun, one.read, one.written = marks.begun, marks.read, written
            one.tokens = marks.tokens[: len(written)]
        intake.done += batch


def _out_of_memory(n_rows: int) -> Failure:
    message = f"{n_rows} requests do not fit into memory together; lower the concurrency or lengths"
    return Failure(kind=FailureKind.OUT_OF_MEMORY, message=message)
