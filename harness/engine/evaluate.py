"""One suite on one model: ask, record, score, estimate."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.estimate import Estimate, signature_text
from harness.core.figure import Figure
from harness.core.ports import CorpusMetric, Metric, Progress, Recorder, Session, Task
from harness.core.response import Failure
from harness.core.run import Evaluation, Record
from harness.core.score import Unscored
from harness.engine.corpus import corpus_estimates
from harness.engine.estimate import Context, estimates_of, statistics_of
from harness.engine.execute import Answered, execute
from harness.engine.score import Scoreboard


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What one suite on one model came to."""

    evaluation: Evaluation
    estimates: tuple[Estimate, ...]
    figures: tuple[Figure, ...]


@dataclass(slots=True)
class _Counts:
    """Running totals of one evaluation."""

    failures: Counter[str]
    n_answered: int = 0
    n_input_tokens: int = 0
    n_output_tokens: int = 0

    def add(self, answered: Answered) -> None:
        answer = answered.answer
        if isinstance(answer, Failure):
            self.failures[answer.kind] += 1
            return
        self.n_answered += 1
        if answer.usage is not None:
            self.n_input_tokens += answer.usage.n_input_tokens or 0
            self.n_output_tokens += answer.usage.n_output_tokens or 0


def evaluate(
    planned: Evaluation,
    task: Task,
    session: Session,
    context: Context,
    *,
    recorder: Recorder,
    progress: Progress,
    earlier: Iterable[Answered] = (),
) -> Evaluated:
    """Carry out one suite on one model.

    A model that is lost midway ends the asking, not the scoring: what was answered until then is
    kept and estimated, and the evaluation carries the error.

    Args:
        planned: the evaluation as planned; it comes back with its counts.
        task: the suite with its data.
        session: the loaded model.
        context: what the estimates have in common.
        recorder: keeps the records.
        progress: is told of each sample.
        earlier: answers of a run that is resumed; they are scored and not asked again.
    """
    board = Scoreboard(task.metrics, keep_outputs=bool(task.corpus_metrics))
    counts = _Counts(Counter())
    started, started_cpu = time.perf_counter(), time.process_time()
    progress.begin(planned.model, planned.suite, planned.n_samples)
    error = ""
    try:
        stream = _answers(task, session, planned, earlier)
        _take_in(stream, planned, task, board, counts, recorder=recorder, progress=progress)
    except AdapterError as lost:
        error = str(lost)
    progress.note(f"{planned.suite} on {planned.model}: estimating")
    estimates = [*estimates_of(board, context), *corpus_estimates_of(board, task, context)]
    figures = [
        figure
        for column in board.columns
        for figure in (column.metric.figures(statistics_of(board, column)) if column.owners else ())
    ]
    evaluation = replace(
        planned,
        n_answered=counts.n_answered,
        n_failed=counts.failures.total(),
        failures=dict(counts.failures),
        metric_signatures=_signatures(task),
        wall_s=time.perf_counter() - started,
        cpu_s=time.process_time() - started_cpu,
        n_input_tokens=counts.n_input_tokens,
        n_output_tokens=counts.n_output_tokens,
        error=error,
    )
    return Evaluated(
        evaluation=evaluation,
        estimates=tuple(estimates),
        figures=(*figures, *task.figures(estimates)),
    )


def corpus_estimates_of(board: Scoreboard, task: Task, context: Context) -> Iterator[Estimate]:
    """Yield the estimates of the task's corpus metrics, if it has any."""
    if task.corpus_metrics:
        yield from corpus_estimates(board, task.corpus_metrics, context)


def _answers(
    task: Task, session: Session, planned: Evaluation, earlier: Iterable[Answered]
) -> Iterator[Answered]:
    done = set()
    for answered in earlier:
        done.add(answered.sample.id)
        yield answered
    rest = (sample for sample in task.samples() if sample.id not in done)
    yield from execute(task, session, Capability(planned.capability), rest)


def _take_in(
    stream: Iterator[Answered],
    planned: Evaluation,
    task: Task,
    board: Scoreboard,
    counts: _Counts,
    *,
    recorder: Recorder,
    progress: Progress,
) -> None:
    for answered in stream:
        counts.add(answered)
        record = _record(planned, task, board, answered)
        if answered.is_new:
            recorder.append(record)
        progress.advance(failed=isinstance(answered.answer, Failure))


def _record(planned: Evaluation, task: Task, board: Scoreboard, answered: Answered) -> Record:
    """Score one answer and put it on record."""
    sample, answer = answered.sample, answered.answer
    if isinstance(answer, Failure):
        scores, unscored = board.add(sample, Unscored(f"failure: {answer.kind}"))
        reading = None
    else:
        read = task.read(sample, answer.output)
        scores, unscored = board.add(sample, read)
        reading = None if isinstance(read, Unscored) or read is answer.output else read
    return Record(
        model=planned.model,
        suite=planned.suite,
        sample=sample,
        payload=answered.payload,
        answer=answer,
        reading=reading,
        scores=scores,
        unscored=unscored,
    )


def _signatures(task: Task) -> dict[str, str]:
    metrics: list[Metric | CorpusMetric] = [*task.metrics, *task.corpus_metrics]
    return {metric.name: signature_text(metric.signature) for metric in metrics}
