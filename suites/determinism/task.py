"""The task of asking everything again: passes over the questions, each held against the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.core.abilities import Answer
from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Session
from harness.core.request import AskAgain
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.determinism.agreement_metric import AgreementMetric
from harness.suites.determinism.circumstances import SLICE, Circumstance
from harness.suites.determinism.course import Course, OpenSamples
from harness.suites.determinism.difference_metric import DifferenceMetric
from harness.suites.determinism.failures import FailureTally
from harness.suites.determinism.passes import drawn_alone
from harness.suites.determinism.prediction_metric import PredictionMetric
from harness.suites.determinism.questions import Asking, alternatives_of
from harness.suites.determinism.text_metric import TextMetric
from harness.suites.sample_task import Samples

_A_CHOICE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminismTask:
    """Each question is one sample for each pass in which it is asked again."""

    questions: Samples
    asking: Asking
    n_parts: int
    """Of the pass in other company."""
    n_alone: int
    """Questions that are asked alone."""
    failures: FailureTally = field(default_factory=FailureTally)
    """What remarks tell of."""

    @property
    def n_samples(self) -> int:
        """How many comparisons there are."""
        n = self.questions.n_samples
        return n * len(self._passes_over_all) + min(self.n_alone, n)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over the questions and the passes."""
        return hash_json(
            {
                "questions": self.questions.data_hash,
                "parts": self.n_parts,
                "alone": self.n_alone,
                "seed": self.asking.seed,
            }
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All that may be measured of two answers."""
        return (AgreementMetric(), PredictionMetric(), DifferenceMetric(), TextMetric())

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None."""
        return ()

    @property
    def part_slices(self) -> tuple[str, ...]:
        """The passes."""
        return (SLICE,)

    def metrics_for(self, capability: Capability) -> tuple[Metric, ...]:
        """Return what can be measured of this kind of answer."""
        if capability is Capability.GENERATES:
            return (AgreementMetric(), TextMetric())
        is_choice = capability is Capability.CLASSIFIES or (
            capability is Capability.SCORES
            and any(len(alternatives_of(each)) >= _A_CHOICE for each in self.questions)
        )
        choosing = (PredictionMetric(),) if is_choice else ()
        return (AgreementMetric(), *choosing, DifferenceMetric())

    def samples(self) -> Iterator[Sample]:
        """Yield each question once for each pass in which it is asked again."""
        names = [question.id for question in self.questions]
        alone = drawn_alone(names, self.n_alone, self.asking.seed)
        index = 0
        for question in self.questions:
            own = (Circumstance.ALONE,) if question.id in alone else ()
            for circumstance in (*self._passes_over_all, *own):
                yield _sample(question, circumstance, index)
                index += 1

    def ask(self, sample: Sample, capability: Capability) -> AskAgain:
        """Return what is kept on record: the question, and what was another the second time."""
        return AskAgain(
            question=self.asking.ask(sample, capability), circumstance=sample.slices[SLICE]
        )

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the two answers as they are."""
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart beyond those of the slices."""
        del estimates
        return ()

    def remarks(self) -> Sequence[str]:
        """Tell of the passes in which questions failed, and of drawn tokens."""
        return (*self._on_drawing, *self.failures.sentences())

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Ask everything once, and then pass by pass again; see ``DrivenTask.drive``.

        Raises:
            AdapterError: the model is gone.
        """
        still_open: dict[Circumstance, OpenSamples] = {each: {} for each in Circumstance}
        questions = {}
        for sample in samples:
            circumstance = Circumstance(sample.slices[SLICE])
            name = sample.id.removesuffix(_ending(circumstance))
            still_open[circumstance][name] = sample
            questions[name] = self.asking.ask(sample, capability)
        course = Course(
            session=session,
            questions=questions,
            n_parts=self.n_parts,
            seed=self.asking.seed,
            failures=self.failures,
            note=note,
        )
        yield from course.answers(still_open)

    @property
    def _passes_over_all(self) -> tuple[Circumstance, ...]:
        # A single question has no other company than none.
        if self.questions.n_samples == 1:
            return (Circumstance.AGAIN,)
        return (Circumstance.AGAIN, Circumstance.COMPANY)

    @property
    def _on_drawing(self) -> Iterator[str]:
        if self.asking.temperature > 0:
            yield (
                f"tokens are drawn at temperature {self.asking.temperature:g}, in every pass with"
                f" the seed {self.asking.seed}: a model that ignores the seed answers otherwise"
                " each time"
            )


def _sample(question: Sample, circumstance: Circumstance, index: int) -> Sample:
    return replace(
        question,
        id=f"{question.id}{_ending(circumstance)}",
        index=index,
        slices={**question.slices, SLICE: circumstance.value},
        cluster=question.id if question.cluster is None else question.cluster,
    )


def _ending(circumstance: Circumstance) -> str:
    return f" {circumstance.value}"
