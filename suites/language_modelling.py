"""How well a model predicts running text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.request import Payload, RollingLogLikelihood
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.metrics.perplexity import Perplexity
from harness.suites.sample_task import SampleTask


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModellingSuite:
    """Perplexity, bits per byte and loss per token of the texts of a data set."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.SCORES,)
    asks_about_text: ClassVar[bool] = True

    data: Dataset
    """Where the texts are."""
    columns: Columns
    """``text`` is the text to model; no target is needed."""

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the texts."""
        return SampleTask(
            sample_set=read_samples(self.data, self.columns, limit=limit, seed=seed),
            asking=_ask,
            metrics=(Perplexity(),),
        )


def _ask(sample: Sample, capability: Capability) -> Payload:
    del capability
    return RollingLogLikelihood(text=sample.text)
