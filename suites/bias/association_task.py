"""The task of embedding the words of association tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import Embed, Payload, QuestionGroup
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.bias.association_metric import TEST, AssociationMetric


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationTask:
    """Tests at hand, each of them one sample."""

    drawn: tuple[Sample, ...]
    texts: Mapping[str, tuple[str, ...]]
    """By id of the sample: what is embedded for it, in the order of the metric's shape."""
    metric: AssociationMetric

    @property
    def n_samples(self) -> int:
        """How many tests there are."""
        return len(self.drawn)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over the texts of all tests."""
        return hash_json({name: list(texts) for name, texts in self.texts.items()})

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Effect size and p-value."""
        return (self.metric,)

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None."""
        return ()

    @property
    def part_slices(self) -> tuple[str, ...]:
        """Every test has numbers of its own."""
        return (TEST,)

    def samples(self) -> Iterator[Sample]:
        """Yield the tests in order."""
        return iter(self.drawn)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the question for the vectors of all words of a test."""
        del capability
        return QuestionGroup(tuple(Embed(text=text) for text in self.texts[sample.id]))

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the vectors as they are."""
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart."""
        del estimates
        return ()
