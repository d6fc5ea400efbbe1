"""A task asked in another order, and with another seed where tokens are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from harness.core.abilities import (
    Answer,
    DrivenTask,
    NotingTask,
    PartedTask,
    PartlyAskableTask,
    RemarkingTask,
    TaskOfParts,
)
from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.ports import CorpusMetric, Metric, Session, Task
from harness.core.request import Payload
from harness.core.response import Failure, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.driven_texts import DrivenTexts
from harness.engine.execute import WINDOW
from harness.engine.redrawing import redrawn
from harness.engine.variation import Variation, reordered
from harness.engine.varied_session import VariedSession


@dataclass(frozen=True, slots=True)
class VariedTask:
    """The same samples with the same indices, so that its answers compare with the task's own.

    Samples change places within what a session is handed at once: that decides who shares a
    batch, and keeps memory bounded.
    """

    task: Task
    variation: Variation

    @property
    def n_samples(self) -> int:
        """As many as the task has."""
        return self.task.n_samples

    @property
    def data_hash(self) -> str:
        """The task's: the order in which its samples are asked is no part of the data."""
        return self.task.data_hash

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The task's."""
        return self.task.metrics

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """The task's."""
        return self.task.corpus_metrics

    @property
    def part_slices(self) -> tuple[str, ...]:
        """The task's."""
        return self.task.part_slices if isinstance(self.task, TaskOfParts) else ()

    def samples(self) -> Iterator[Sample]:
        """Yield the samples, window by window in another order."""
        stream = self.task.samples()
        for number in count():
            window = list(islice(stream, WINDOW))
            if not window:
                return
            yield from reordered(window, f"{self.variation.order_seed}/{number}")

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the task's question; one that draws gets another seed."""
        return redrawn(self.task.ask(sample, capability), self.variation.generation_seed)

    def unaskable(self, sample: Sample) -> Failure | None:
        """Return what the task does."""
        return self.task.unaskable(sample) if isinstance(self.task, PartlyAskableTask) else None

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return what the task reads."""
        return self.task.read(sample, output)

    def metrics_for(self, capability: Capability) -> tuple[Metric, ...]:
        """Return what the task does; all of its metrics where it makes no difference."""
        task = self.task
        return task.metrics_for(capability) if isinstance(task, PartedTask) else task.metrics

    def note_answer(self, fingerprint: str, sample: Sample, answer: Answer) -> None:
        """Let the task keep it, where it does."""
        if isinstance(self.task, NotingTask):
            self.task.note_answer(fingerprint, sample, answer)

    def remarks(self) -> Sequence[str]:
        """Return what the task has to tell."""
        return self.task.remarks() if isinstance(self.task, RemarkingTask) else ()

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return the task's own charts."""
        return self.task.figures(estimates)


@dataclass(frozen=True, slots=True)
class VariedDrivenTask(VariedTask):
    """The same of a task that talks with the model itself."""

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Return what the task's own drive yields; see ``DrivenTask.drive``."""
        assert isinstance(self.task, DrivenTask)  # for others there is the class above
        return self.task.drive(samples, VariedSession(session, self.variation), capability, note)


def varied(task: Task, variation: Variation) -> VariedTask:
    """Return a task as a repeat carries it out; nothing that was said in another run is known."""
    if isinstance(task, DrivenTexts):
        task.cache.forget()
    kind = VariedDrivenTask if isinstance(task, DrivenTask) else VariedTask
    return kind(task, variation)
