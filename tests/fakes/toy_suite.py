"""A suite with as many samples as asked for, and a defect wherever a test wants one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.capability import Capability
from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.request import Generate, Payload
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Place = Literal["", "id", "ids", "ask", "read", "measure", "reduce", "figures", "compute"]


class DefectError(Exception):
    """What a defect raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyMetric:
    """The share of answers that equal the target; text lengths beside it, for a second column."""

    name: ClassVar[str] = "toy"
    columns: ClassVar[tuple[str, ...]] = ("right", "length")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(id="right", direction=Direction.HIGHER, definition="share", is_headline=True),
        Quantity(id="length", direction=Direction.LOWER, definition="characters", high=None),
    )
    is_additive: ClassVar[bool] = False

    defect: Place = ""
    unreadable: str = "unreadable"

    @property
    def signature(self) -> Mapping[str, str]:
        return {"toy": "1"}

    def measure(self, sample: Sample, output: Output) -> Score:
        if self.defect == "measure" and sample.index >= 2:
            raise DefectError("in measure")
        if not isinstance(output, Generation) or output.text == self.unreadable:
            return Unscored("unreadable")
        return Scored((float(output.text == sample.targets[0]), float(len(output.text))))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        if self.defect == "reduce":
            raise DefectError("in reduce")
        totals: Floats = weights @ statistics / weights.sum(axis=1, keepdims=True)
        return totals

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        del statistics, clusters, level
        return {}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        del statistics
        if self.defect == "figures":
            raise DefectError("in figures")
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyCorpusMetric:
    """How many different answers there are."""

    name: ClassVar[str] = "variety"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(id="variety", direction=Direction.HIGHER, definition="count", high=None),
    )

    defect: Place = ""

    @property
    def signature(self) -> Mapping[str, str]:
        return {}

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        del samples
        if self.defect == "compute":
            raise DefectError("in compute")
        texts = {output.text for output in outputs if isinstance(output, Generation)}
        return {"variety": float(len(texts))}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToySuite:
    """Asks for the words ``sample 0``, ``sample 1``, …, which the echo model gets right."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    n: int = 10
    """How many samples."""
    defect: Place = ""
    """Where to raise; ``id`` and ``ids`` give samples ids that are no texts, or one id twice."""
    n_clusters: int | None = None
    """Samples share this many clusters."""
    n_slices: int = 0
    """Samples fall into this many slices; every third sample into none."""

    def prepare(self, *, limit: int | None, seed: int) -> ToyTask:
        del seed
        return ToyTask(self, min(self.n, limit or self.n))


@dataclass(frozen=True, slots=True)
class ToyTask:
    suite: ToySuite
    n_samples: int

    @property
    def data_hash(self) -> str:
        return hash_json(self.n_samples)

    @property
    def metrics(self) -> tuple[ToyMetric, ...]:
        return (ToyMetric(defect=self.suite.defect),)

    @property
    def corpus_metrics(self) -> tuple[ToyCorpusMetric, ...]:
        return (ToyCorpusMetric(defect=self.suite.defect),)

    def samples(self) -> Iterator[Sample]:
        suite = self.suite
        for i in range(self.n_samples):
            yield Sample(
                id=self._id(i),
                index=i,
                text=f"sample {i}",
                targets=(f"sample {i}" if i % 4 else "something else",),
                slices={"part": str(i % suite.n_slices)} if suite.n_slices and i % 3 else {},
                cluster=f"cluster {i % suite.n_clusters}" if suite.n_clusters else None,
            )

    def _id(self, i: int) -> str:
        if self.suite.defect == "id" and i >= 2:
            return i  # type: ignore[return-value]
        return f"id-{min(i, 2) if self.suite.defect == 'ids' else i}"

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        del capability
        if self.suite.defect == "ask" and sample.index >= 2:
            raise DefectError("in ask")
        return Generate(prompt=sample.text)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        if self.suite.defect == "read" and sample.index >= 2:
            raise DefectError("in read")
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        del estimates
        return ()
