"""The task that probes prepare: samples made from templates, one request each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import Payload
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.sources.samples import content


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTask:
    """Samples at hand, with the way to ask and the metrics to measure."""

    drawn: tuple[Sample, ...]
    asking: Callable[[Sample], Payload]
    metrics: tuple[Metric, ...]
    corpus_metrics: tuple[CorpusMetric, ...] = ()

    @property
    def n_samples(self) -> int:
        """How many samples there are."""
        return len(self.drawn)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over all samples."""
        digest = hashlib.sha256()
        for sample in self.drawn:
            digest.update(content(sample))
        return digest.hexdigest()

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in order."""
        return iter(self.drawn)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return what to send for one sample."""
        del capability
        return self.asking(sample)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the answer as it is."""
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart."""
        del estimates
        return ()
