"""How far a text reads the same from both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.core.estimate import Interval
    from harness.core.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Symmetry:
    """Share of places whose character equals the one as far from the other end."""

    name: ClassVar[str] = "symmetry"
    columns: ClassVar[tuple[str, ...]] = ("symmetry",)
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="symmetry",
            direction=Direction.HIGHER,
            definition="mean share of characters that equal their mirror image",
            is_headline=True,
        ),
    )
    is_additive: ClassVar[bool] = False

    ignore_case: bool = False
    """Take ``A`` for ``a``."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The case."""
        return {"case": "ignored" if self.ignore_case else "kept"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the share for one text."""
        del sample
        if not isinstance(output, Generation) or not output.text:
            return Unscored("no text")
        text = output.text.casefold() if self.ignore_case else output.text
        n_same = sum(one == other for one, other in zip(text, reversed(text), strict=True))
        return Scored((n_same / len(text),))

    def reduce(
        self, statistics: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the weighted mean."""
        means: NDArray[np.float64] = weights @ statistics / weights.sum(axis=1, keepdims=True)
        return means

    def intervals(
        self, statistics: NDArray[np.float64], clusters: NDArray[np.int64] | None, level: float
    ) -> Mapping[str, Interval]:
        """Return no closed form."""
        del statistics, clusters, level
        return {}

    def figures(self, statistics: NDArray[np.float64]) -> tuple[Figure, ...]:
        """Return no chart."""
        del statistics
        return ()
