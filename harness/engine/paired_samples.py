"""The samples that a difference is about: of a suite or slice, and of each quantity there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.engine.part_values import PartValues

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The samples of the suite, or of one slice, that both sides have scored."""

    a: Floats
    b: Floats
    alone_a: PartValues
    """Each quantity on each sample alone."""
    alone_b: PartValues
    clusters: Integers | None
    lost: Booleans
    """(l, q), what the samples that the baseline alone has scored have a part in."""
    unpaired: Booleans
    """(u, q), likewise all that one side alone has scored; none is told of a slice."""
    slice: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The samples that one quantity is made of, on either side."""

    chosen: Integers | slice
    """Their places among those of the suite or slice."""
    n: int
    clusters: Integers | None
    in_a: Booleans
    """(n,)"""
    in_b: Booleans
    n_lost: int
    n_unpaired: int

    @classmethod
    def of(cls, part: Part, column: int) -> Rows:
        """Return those of one quantity, by its place."""
        in_a, in_b = (alone.is_in[:, column] for alone in (part.alone_a, part.alone_b))
        chosen: Integers | slice = slice(None)
        if not (in_a.all() and in_b.all()):
            chosen = np.flatnonzero(in_a | in_b)
        in_a, in_b = in_a[chosen], in_b[chosen]
        # Of a part that hangs on the answers nobody knows whether the candidate would have had it.
        is_shared = np.array_equal(in_a, in_b)
        return cls(
            chosen=chosen,
            n=len(in_a),
            clusters=None if part.clusters is None else part.clusters[chosen],
            in_a=in_a,
            in_b=in_b,
            n_lost=int(part.lost[:, column].sum()) if is_shared else len(part.lost),
            n_unpaired=int(part.unpaired[:, column].sum()),
        )

    @property
    def is_shared(self) -> bool:
        """Whether both sides' values are made of the same samples."""
        return np.array_equal(self.in_a, self.in_b)

    def counted(self, known: Difference) -> Difference:
        """Return a difference with the sizes."""
        is_shared = self.is_shared
        return replace(
            known,
            n=self.n,
            n_clusters=self.n if self.clusters is None else len(np.unique(self.clusters)),
            n_of_baseline=None if is_shared else int(self.in_a.sum()),
            n_of_candidate=None if is_shared else int(self.in_b.sum()),
            n_lost=self.n_lost,
            n_unpaired=self.n_unpaired,
        )
