"""One suite on one model, sample by sample, in columns: what a comparison is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleScores:
    """The statistics of every sample, in the order of the data set."""

    model: str
    suite: str
    ids: Sequence[str]
    """(n,) unique."""
    clusters: Sequence[str | None]
    """(n,) None where a sample stands alone."""
    slices: Mapping[str, Sequence[str | None]]
    """By column, (n,)."""
    statistics: Mapping[str, Floats]
    """By ``metric.column``, (n,); NaN where a sample has no score."""

    def __len__(self) -> int:
        """Samples asked, scored or not."""
        return len(self.ids)
