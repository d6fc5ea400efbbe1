"""The samples that name one group, each asked as it is written and with other groups in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Task
from harness.core.request import Payload, QuestionGroup, SingleQuestion
from harness.core.response import AnswerGroup, Classification, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.bias.examples import worst_changes
from harness.suites.forms.form import read_label
from harness.suites.frame import with_text
from harness.suites.metrics.swap_pairs import OWN_GROUP


@dataclass(frozen=True, slots=True)
class Swapped:
    """What is asked about one sample beside its own text."""

    own: str
    """The group that it names."""
    groups: tuple[str, ...]
    """Of each counterfactual."""
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterfactualTask:
    """Samples of the clean task by the same ids; those without a counterfactual are left out."""

    clean: Task
    title: str
    """What the groups differ by."""
    swapped: Mapping[str, Swapped]
    """By the id of the sample; at least one."""
    left_out: Mapping[str, int]
    """Samples that are not asked about, by the reason."""
    label: str
    """The label whose score is told."""
    metrics: tuple[Metric, ...]

    @property
    def n_samples(self) -> int:
        """Those that name exactly one group."""
        return len(self.swapped)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the clean task's data and of all counterfactuals."""
        texts = [[name, each.own, each.groups, each.texts] for name, each in self.swapped.items()]
        return hash_json({"clean": self.clean.data_hash, "axis": self.title, "swapped": texts})

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None: they would take the forms of a sample for as many samples."""
        return ()

    def samples(self) -> Iterator[Sample]:
        """Yield the samples that are asked about, with the group that each names as a slice."""
        for sample in self.clean.samples():
            if sample.id in self.swapped:
                slices = {**sample.slices, OWN_GROUP: self.swapped[sample.id].own}
                yield replace(sample, slices=slices)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the question about the text, and about each counterfactual of it."""
        texts = (sample.text, *self.swapped[sample.id].texts)
        asked = [self.clean.ask(with_text(sample, text), capability) for text in texts]
        questions = tuple(each for each in asked if isinstance(each, SingleQuestion))
        assert len(questions) == len(asked)
        return QuestionGroup(questions)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the label of each answer; where one cannot be read the sample is unscored."""
        swapped = self.swapped[sample.id]
        if not isinstance(output, AnswerGroup) or len(output.answers) != 1 + len(swapped.texts):
            return Unscored(f"{1 + len(swapped.texts)} answers are needed, one to each text")
        found: list[Classification] = []
        for group, answer in zip((swapped.own, *swapped.groups), output.answers, strict=True):
            read = read_label(self.clean, sample, answer)
            if isinstance(read, Unscored):
                return Unscored(f"text {len(found) + 1} ({group}): {read.reason}")
            if not isinstance(read, Classification):
                return Unscored(f"a label is needed, not a {type(read).__name__}")
            found.append(read)
        return AnswerGroup(tuple(found))

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart of estimates: the metrics have their own."""
        del estimates
        return ()

    def draw(self, answers: Sequence[tuple[Sample, Output]]) -> tuple[Figure, ...]:
        """Return the changes that cost most, with the texts, and what was left out."""
        known = [
            (sample, self.swapped[sample.id], output)
            for sample, output in answers
            if isinstance(output, AnswerGroup)
        ]
        data: dict[str, object] = {
            "axis": self.title,
            "label": self.label,
            "n": len(known),
            "n_asked": self.n_samples,
            "n_texts": self.clean.n_samples,
            "left_out": dict(self.left_out),
            **worst_changes(known, self.label),
        }
        title = f"What changed most, by {self.title.replace('_', ' ')}"
        return (Figure(kind=FigureKind.COUNTERFACTUAL_EXAMPLES, title=title, data=data),)
