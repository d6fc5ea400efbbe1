"""``shouting``: does the model raise its voice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.request import Generate, Payload
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.sample_task import SampleTask
from shouting.metric import UpperShare


@dataclass(frozen=True, slots=True, kw_only=True)
class ShoutingSuite:
    """Asks each text of a data set, politely."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    data: Dataset
    """Where the texts are."""
    columns: Columns
    """``text`` is what is said to the model."""
    politeness: str = "please"
    """Said before each text."""

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the data; no model is involved yet."""
        return SampleTask(
            sample_set=read_samples(self.data, self.columns, limit=limit, seed=seed),
            asking=self._ask,
            metrics=(UpperShare(),),
        )

    def _ask(self, sample: Sample, capability: Capability) -> Payload:
        del capability  # there is only one that this suite needs
        return Generate(prompt=f"{self.politeness}: {sample.text}", max_new_tokens=64)
