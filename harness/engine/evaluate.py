"""One suite on one model: ask, record, score, estimate."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from harness.core.abilities import (
    AdvisingTask,
    DrawnTask,
    NotingTask,
    PartedTask,
    RemarkingSession,
    RemarkingTask,
)
from harness.core.build import options_of
from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError, HarnessError, StoreError
from harness.core.estimate import Estimate, signature_text
from harness.core.figure import Figure
from harness.core.metric_abilities import ChartingMetric
from harness.core.ports import CorpusMetric, Metric, Progress, Recorder, Session, Task
from harness.core.response import Failure, Output, failure_of
from harness.core.run import Evaluation, Record
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.breakdown import BROKE_DOWN, sentence_of
from harness.engine.corpus import corpus_estimates
from harness.engine.estimate import (
    Context,
    clusters_of,
    metric_estimates,
    slices_left_out,
    statistics_of,
)
from harness.engine.execute import Answered, execute
from harness.engine.score import MetricColumns, Scoreboard
from harness.engine.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What one suite on one model came to."""

    evaluation: Evaluation
    estimates: tuple[Estimate, ...] = ()
    figures: tuple[Figure, ...] = ()
    warnings: tuple[str, ...] = ()
    is_interrupted: bool = False
    """The user has interrupted the asking; what was answered until then is estimated."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the scores came to."""

    estimates: tuple[Estimate, ...]
    figures: tuple[Figure, ...]
    defects: tuple[str, ...]
    """A sentence for each metric that broke down."""


class Evaluating:
    """One suite on one model, under way: takes answers in, and tells what they came to."""

    def __init__(
        self,
        planned: Evaluation,
        task: Task,
        context: Context,
        *,
        recorder: Recorder,
        progress: Progress,
    ) -> None:
        self._planned = planned
        self._task = task
        self._context = context
        self._recorder = recorder
        self._progress = progress
        keep_outputs = bool(task.corpus_metrics) or isinstance(task, DrawnTask)
        metrics = (
            task.metrics_for(Capability(planned.capability))
            if isinstance(task, PartedTask)
            else task.metrics
        )
        self._board = Scoreboard(metrics, keep_outputs=keep_outputs)
        self._counts = Tally()
        self._n_new = 0
        self._wall_s = self._cpu_s = 0.0
        self._ending: BaseException | None = None

    @property
    def model(self) -> str:
        """Name of the model that answers."""
        return self._planned.model

    @property
    def is_interrupted(self) -> bool:
        """Whether the user has ended the asking."""
        return isinstance(self._ending, KeyboardInterrupt)

    @property
    def is_over(self) -> bool:
        """Whether something has ended the asking before its time."""
        return self._ending is not None

    @property
    def refusal(self) -> ConfigError | None:
        """What is wrong with how the model was set up, found before it gave its first answer."""
        ending = self._ending
        return ending if isinstance(ending, ConfigError) and not self._n_new else None

    def take(self, stream: Iterable[Answered]) -> None:
        """Score and keep answers as they come; what ends them early is kept for the end.

        Raises:
            StoreError: the records cannot be kept.
        """
        started, started_cpu = time.perf_counter(), _cpu_s()
        try:
            for answered in stream:
                self._take_one(answered)
        except StoreError:
            raise
        except (Exception, KeyboardInterrupt) as ending:  # noqa: BLE001 - what came before is to count
            self._ending = ending
        self._wall_s += time.perf_counter() - started
        self._cpu_s += _cpu_s() - started_cpu

    def _take_one(self, answered: Answered) -> None:
        record = _record(self._planned, self._task, self._board, answered)
        if answered.is_new:
            self._recorder.append(record)
            self._n_new += 1
        self._counts.add(record)
        self._progress.advance(failed=failure_of(answered.answer) is not None)

    def finish(self, fingerprint: str) -> Evaluated:
        """Estimate.

        Args:
            fingerprint: of the model that has answered.
        """
        planned, counts = self._planned, self._counts
        self._progress.note(f"{planned.suite} on {planned.model}: estimating")
        started, started_cpu = time.perf_counter(), _cpu_s()
        context = replace(
            self._context, signature={**self._context.signature, "model": fingerprint[:12]}
        )
        outcome = _estimated(self._board, self._task, context)
        measured = _measured_by(self._board, self._task)
        evaluation = replace(
            planned,
            model_fingerprint=fingerprint,
            n_answered=counts.n_answered,
            n_unreadable=counts.n_unreadable,
            n_failed=counts.failures.total(),
            failures=dict(counts.failures),
            metric_signatures={m.name: signature_text(m.signature) for m in measured},
            metric_options={m.name: options_of(m) for m in measured},
            wall_s=self._wall_s + time.perf_counter() - started,
            cpu_s=self._cpu_s + _cpu_s() - started_cpu,
            n_input_tokens=counts.n_input_tokens,
            n_output_tokens=counts.n_output_tokens,
            tier=counts.tier,
            unstable={load: tuple(texts) for load, texts in counts.unstable.items()},
            breaches={load: tuple(texts) for load, texts in counts.breaches.items()},
            error=_error(self._ending, outcome, counts),
        )
        return Evaluated(
            evaluation=evaluation,
            estimates=outcome.estimates,
            figures=outcome.figures,
            warnings=(
                *(f"{context.suite}: {text}" for text in slices_left_out(self._board, context)),
                *(
                    f"{context.suite} on {context.model}: {text}"
                    for text in (*counts.warnings, *_remarks(self._task, planned))
                ),
            ),
            is_interrupted=self.is_interrupted,
        )


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
    kept and estimated, and the evaluation carries the error. So does a defect of the adapter or
    the suite, and an interruption.

    Args:
        planned: the evaluation as planned; it comes back with its counts.
        task: the suite with its data.
        session: the loaded model.
        context: what the estimates have in common.
        recorder: keeps the records.
        progress: is told of each sample.
        earlier: answers of a run that is resumed; they are scored and not asked again.

    Raises:
        StoreError: the records cannot be kept.
    """
    under_way = Evaluating(planned, task, context, recorder=recorder, progress=progress)
    progress.begin(planned.model, planned.suite, planned.n_samples)
    under_way.take(_answers(task, session, planned, earlier, progress))
    done = under_way.finish(session.identity.fingerprint)
    told = _remarks_of_model(session, Capability(planned.capability))
    place = f"{planned.suite} on {planned.model}"
    return replace(done, warnings=(*done.warnings, *(f"{place}: {text}" for text in told)))


def _remarks(task: Task, planned: Evaluation) -> Sequence[str]:
    learnt = task.remarks() if isinstance(task, RemarkingTask) else ()
    if not isinstance(task, AdvisingTask):
        return learnt
    return (*learnt, *task.advice(Capability(planned.capability)))


def _remarks_of_model(session: Session, capability: Capability) -> Sequence[str]:
    return session.remarks(capability) if isinstance(session, RemarkingSession) else ()


def _cpu_s() -> float:
    """Return the CPU time of this process and of those it has started that have ended."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def _estimated(board: Scoreboard, task: Task, context: Context) -> _Outcome:
    """Estimate metric by metric; one that breaks down costs its own numbers and no other's."""
    estimates: list[Estimate] = []
    figures: list[Figure] = []
    defects: list[str] = []
    for column in board.columns:
        if column.is_moot:
            continue
        with _taken_down(f"metric {column.metric.name!r}", defects):
            estimates += metric_estimates(board, column, context)
            figures += _charts(board, column, context.confidence_level) if column.owners else ()
    for metric in task.corpus_metrics:
        with _taken_down(f"metric {metric.name!r}", defects):
            estimates += corpus_estimates(board, (metric,), context)
    with _taken_down("the suite's charts", defects):
        figures += task.figures(estimates)
        if isinstance(task, DrawnTask) and board.outputs:
            figures += task.draw(sorted(board.outputs, key=lambda pair: pair[0].index))
    return _Outcome(tuple(estimates), tuple(figures), tuple(defects))


def _charts(board: Scoreboard, column: MetricColumns, level: float) -> tuple[Figure, ...]:
    metric, statistics = column.metric, statistics_of(board, column)
    if isinstance(metric, ChartingMetric):
        return metric.charts(statistics, clusters_of(board, column), level)
    return metric.figures(statistics)


@contextmanager
def _taken_down(what: str, defects: list[str]) -> Iterator[None]:
    """Take down what a stranger's code raises, with the name of what broke; each cause once."""
    try:
        yield
    except HarnessError as error:  # it says itself what is wrong, and where
        if (text := sentence_of(error)) not in defects:
            defects.append(text)
    except (Exception, SystemExit) as defect:  # noqa: BLE001 - a metric may raise anything
        defects.append(f"{what} {BROKE_DOWN}: {sentence_of(defect)}")


def _error(ending: BaseException | None, outcome: _Outcome, counts: Tally) -> str:
    """Say why the evaluation is not whole; nothing when it is. Measured nothing is not whole."""
    if ending is not None:
        return sentence_of(ending)
    if counts.first_defect or outcome.defects:
        others = (text for text in outcome.defects if text not in counts.first_defect)
        return "; ".join(filter(None, (counts.first_defect, *others)))
    if any(estimate.value is not None for estimate in outcome.estimates):
        return ""
    if not counts.n_answered:
        return f"nothing was measured: all {counts.failures_told}"
    reason = counts.first_unscored or "no metric is defined on them"
    return f"nothing was measured: none of {counts.n_answered} answers has a score ({reason})"


def _answers(
    task: Task,
    session: Session,
    planned: Evaluation,
    earlier: Iterable[Answered],
    progress: Progress,
) -> Iterator[Answered]:
    done = set()
    for answered in earlier:
        done.add(answered.sample.id)
        yield _noted(task, session, answered)
    rest = (sample for sample in _identified(task, planned) if sample.id not in done)
    capability = Capability(planned.capability)
    for answered in execute(task, session, capability, rest, progress.note):
        yield _noted(task, session, answered)


def _identified(task: Task, planned: Evaluation) -> Iterator[Sample]:
    """Yield the samples; answers are kept, paired and resumed by their ids.

    Raises:
        DataError: an id is no text, or was another sample's before.
    """
    seen: set[str] = set()
    for sample in task.samples():
        name: object = sample.id
        if not isinstance(name, str):
            reason = f"a sample's id is {name!r}, no text"
            raise DataError(f"suite {planned.suite!r}", reason, "make a text of it")
        if name in seen:
            reason = f"two samples have the id {name!r}"
            raise DataError(f"suite {planned.suite!r}", reason, "make the ids unique")
        seen.add(name)
        yield sample


def _noted(task: Task, session: Session, answered: Answered) -> Answered:
    if isinstance(task, NotingTask):
        task.note_answer(session.identity.fingerprint, answered.sample, answered.answer)
    return answered


def _record(planned: Evaluation, task: Task, board: Scoreboard, answered: Answered) -> Record:
    """Score one answer and put it on record."""
    sample, answer = answered.sample, answered.answer
    if isinstance(answer, Failure):
        scores, unscored = board.add(sample, Unscored(f"failure: {answer.kind}"))
        reading = None
    else:
        read = _read(task, sample, answer.output)
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


def _read(task: Task, sample: Sample, output: Output) -> Output | Unscored:
    """Read an answer; a defect of the suite costs this score, not the answer and not the run."""
    try:
        return task.read(sample, output)
    except (Exception, SystemExit) as defect:  # noqa: BLE001 - a stranger's suite may raise anything
        return Unscored(f"the suite {BROKE_DOWN}: {sentence_of(defect)}")


def _measured_by(board: Scoreboard, task: Task) -> tuple[Metric | CorpusMetric, ...]:
    """Return the metrics that there are numbers of, or might have been."""
    own = (column.metric for column in board.columns if not column.is_moot)
    return (*own, *task.corpus_metrics)
