"""The task of suites that fit: each question carries the examples to fit on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import FitAndClassify, Payload, TrainingSet
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.sources.samples import SampleSet
from harness.suites.labels import Labels, aligned


@dataclass(frozen=True, slots=True)
class Question:
    """A sample, and what the model may learn before it is asked."""

    sample: Sample
    training: TrainingSet


def no_figures(estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
    """Return no chart beyond those of the metrics."""
    del estimates
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResampledTask:
    """Questions in the order of their training sets, so that few fits need to be kept at once."""

    questions: Mapping[str, Question]
    """By the sample's id."""
    labels: Labels
    data_hash: str
    """SHA-256 (hex) over the data and all training sets."""
    metrics: tuple[Metric, ...]
    drawing: Callable[[Sequence[Estimate]], tuple[Figure, ...]] = no_figures
    corpus_metrics: tuple[CorpusMetric, ...] = ()

    @property
    def n_samples(self) -> int:
        """How many questions there are."""
        return len(self.questions)

    def samples(self) -> Iterator[Sample]:
        """Yield the samples, those that share a training set together."""
        return (question.sample for question in self.questions.values())

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the sample's text with its training set."""
        del capability
        return FitAndClassify(text=sample.text, training=self.questions[sample.id].training)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Give a label that the training set lacks probability 0."""
        del sample
        if not isinstance(output, Classification):
            return Unscored(f"scores per label are needed, not {type(output).__name__}")
        return aligned(output, self.labels)

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return the suite's own charts."""
        return self.drawing(estimates)


def resampled_task(
    sample_set: SampleSet,
    questions: Iterable[Question],
    labels: Labels,
    metrics: tuple[Metric, ...],
    drawing: Callable[[Sequence[Estimate]], tuple[Figure, ...]] = no_figures,
) -> ResampledTask:
    """Return the task that asks these questions about this data set."""
    by_id = {question.sample.id: question for question in questions}
    training_ids = dict.fromkeys(question.training.id for question in by_id.values())
    return ResampledTask(
        questions=by_id,
        labels=labels,
        data_hash=hash_json([sample_set.data_hash, *training_ids]),
        metrics=metrics,
        drawing=drawing,
    )


def training_set(samples: Sequence[Sample]) -> TrainingSet:
    """Return the samples as examples to fit on."""
    pairs = [(sample.text, sample.targets[0]) for sample in samples]
    return TrainingSet(
        id=hash_json(pairs),
        texts=tuple(text for text, _ in pairs),
        labels=tuple(label for _, label in pairs),
    )


def with_slice(sample: Sample, name: str, value: str) -> Sample:
    """Return the sample in one more slice.

    Raises:
        ConfigError: the data have a slice of that name.
    """
    if name in sample.slices:
        raise ConfigError(
            "columns.slices", f"{name!r} is the name of this suite's own slice", "rename the column"
        )
    return replace(sample, slices={**sample.slices, name: value})
