"""A task some of whose texts are explained; the samples are a draw of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.core.capability import Capability
from harness.core.explained import Explained
from harness.core.explainer import Explainer
from harness.core.identity import hash_json
from harness.core.metric_abilities import MetricOfParaphrases
from harness.core.open_text import version_of_open_text, version_of_open_texts
from harness.core.ports import Metric, Session
from harness.core.request import ExplainText
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.driven_texts import DrivenTexts
from harness.engine.explanation_course import Answer, course_of
from harness.engine.explanation_pool import (
    WRITTEN_VERSION,
    ExplanationCache,
    ExplanationPool,
    Question,
    Told,
)
from harness.engine.explanation_trials import TRIALS_VERSION
from harness.engine.kept_answers import kept_answers
from harness.engine.lock_step import Room
from harness.engine.paraphrasing import Paraphrasing
from harness.engine.pooled_drive import ROOM, driven


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTask(DrivenTexts):
    """The same samples by the same ids, or so many of them drawn with the run's seed."""

    explainer: Explainer
    n_explained: int
    """Most samples; the same ones for every method."""
    is_written: bool = False
    """Whether the answers that are explained are text of which no label is read."""
    cache: ExplanationCache = field(default_factory=ExplanationCache)
    """Shared by all methods on the task."""
    room: Room[Question] = ROOM
    paraphrasing: Paraphrasing | None = None
    """How texts are put in other words; None not to try the method on these."""
    n_paraphrased: int = 0
    """Most samples of those explained whose texts are; the same ones for every method."""

    @property
    def n_samples(self) -> int:
        """How many are explained."""
        return min(self.n_explained, self.task.n_samples)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the task's data, of what is drawn of them, and of the method."""
        return hash_json(
            {
                "clean": self.task.data_hash,
                "explainer": self._version(version_of_open_texts(self.task)),
                "n_explained": self.n_samples,
            }
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The method's, of paraphrases only where there are some, and told how they are made."""
        return tuple(filter(None, map(self._fitting, self.explainer.metrics)))

    def samples(self) -> Iterator[Sample]:
        """Yield the samples that were drawn, in the order of the data."""
        yield from self._at(self._drawn)

    def ask(self, sample: Sample, capability: Capability) -> ExplainText:
        """Return the order to explain a sample: what is kept on record, and never sent."""
        return ExplainText(
            capability=capability,
            text=sample.text,
            explainer=self.explainer.label,
            version=self._version(version_of_open_text(sample))[:16],
            question=self.question_of(sample, capability),
        )

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the explanation as it is."""
        del sample
        if isinstance(output, Explained):
            return output
        return Unscored(f"{type(output).__name__} is no explanation")

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Explain all samples in lock step; see ``DrivenTask.drive``.

        Raises:
            AdapterError: the model is gone.
            HarnessError: what the method needs cannot be had.
        """
        kept = kept_answers(session) if self.reuses_answers else None
        pool = ExplanationPool(
            task=self.task,
            session=session,
            capability=capability,
            known=self.cache.of(session.identity.fingerprint),
            kept=kept,
        )
        n_paraphrased = self.n_paraphrased if self.paraphrasing is not None else 0
        # Of a draw the first ones are a draw as well.
        names = frozenset(sample.id for sample in self._at(self._drawn[:n_paraphrased]))
        courses = (self._course(sample, is_paraphrased=sample.id in names) for sample in samples)
        self._learnt.extend((yield from driven(courses, pool, self.room, note, "explanations")))

    def _course(
        self, sample: Sample, *, is_paraphrased: bool
    ) -> Generator[Question, Told, tuple[Sample, Answer]]:
        paraphrasing = self.paraphrasing if is_paraphrased else None
        answer = yield from course_of(self.explainer, self.seed, sample, paraphrasing)
        return sample, answer

    @property
    def _drawn(self) -> list[int]:
        """The places of the samples among all, in the order of the draw."""
        rng = random.Random(f"{self.seed}/explained")  # noqa: S311 - no secret
        return rng.sample(range(self.task.n_samples), self.n_samples)

    def _at(self, places: Collection[int]) -> Iterator[Sample]:
        wanted = frozenset(places)
        for place, sample in enumerate(self.task.samples() if wanted else ()):
            if place in wanted:
                yield sample

    def _fitting(self, metric: Metric) -> Metric | None:
        if not isinstance(metric, MetricOfParaphrases):
            return metric
        if self.paraphrasing is None:
            return None
        return metric.told(self.paraphrasing.label, self.paraphrasing.version)

    def _version(self, of_texts: Mapping[str, str]) -> str:
        # Without other words, and of labels and choices, the hash is that of before there were any.
        return hash_json(
            {
                "explainer": self.explainer.label,
                "signature": dict(self.explainer.signature),
                "seed": self.seed,
                "trials": TRIALS_VERSION,
                **({"written": WRITTEN_VERSION} if self.is_written else {}),
                **self._paraphrased,
                **(of_texts if self._paraphrased else {}),
            }
        )

    @property
    def _paraphrased(self) -> dict[str, object]:
        """How texts are put in other words, and how many at most; empty where none are."""
        if self.paraphrasing is None or not self.n_paraphrased:
            return {}
        how = [self.paraphrasing.label, self.paraphrasing.version, self.n_paraphrased]
        return {"paraphrased": how}
