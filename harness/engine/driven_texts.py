"""What tasks have in common that put many questions about each text of another task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.core.capability import Capability
from harness.core.codec import hash_payload
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.ports import CorpusMetric, Task
from harness.core.sample import Sample
from harness.engine.known_answers import KnownOfModels


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenTexts:
    """The same samples by the same ids, without charts or numbers of a whole corpus."""

    task: Task
    """Whose texts they are."""
    seed: int
    """Of the run."""
    reuses_answers: bool = False
    """Whether answers are kept for later runs, and those of earlier ones serve."""
    cache: KnownOfModels[Any] = field(default_factory=KnownOfModels)
    """What models have said of the task's texts in this run; suites about the same share it."""
    _learnt: list[str] = field(default_factory=list, init=False)
    """What is still to be told of them."""

    @property
    def n_samples(self) -> int:
        """As many as the task has."""
        return self.task.n_samples

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None."""
        return ()

    def samples(self) -> Iterator[Sample]:
        """Yield the samples as they are."""
        return self.task.samples()

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart: the metrics, or a view of the report, have their own."""
        del estimates
        return ()

    def question_of(self, sample: Sample, capability: Capability) -> str:
        """Return the hash of what the task asks about a text, for the order that is recorded."""
        return hash_payload(self.task.ask(sample, capability))[:16]

    def remarks(self) -> Sequence[str]:
        """Tell how much of what the model said it has said in earlier runs."""
        told = tuple(self._learnt)
        self._learnt.clear()
        return told
