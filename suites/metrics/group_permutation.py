"""What gaps chance alone makes between groups of the same sizes: group labels are permuted.

The largest of several noisy rates is too high and the smallest too low, so that the gap between
groups that are all alike is never 0. Permutations say how large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.multiplicity import holm

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Gaps: TypeAlias = Callable[[Integers], Mapping[str, float]]
"""From (n,) group codes to gaps by name; NaN where one is undefined."""

N_PERMUTATIONS = 1000
_FEWEST = 400
_SAMPLES_IN_ALL = 50_000_000
"""Samples given a new group in all: beyond 50,000 of them the number of permutations sinks."""
_ROUNDING = 1e-12
_ENOUGH = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTest:
    """A gap beside those of permuted groups."""

    expected: float
    """Mean gap under permutation."""
    low: float
    """The gaps under permutation lie between this and ``high`` at the level asked for."""
    high: float
    p_value: float
    """Share of permutations with at least this gap, the data themselves among them."""
    n_permutations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Whose group labels may change places if groups are alike."""

    codes: Integers
    """(n,) of groups; negative ones stay where they are."""
    strata: Integers | None = None
    """(n,) labels change places within a stratum only (the target, for rates given the target)."""
    clusters: Integers | None = None
    """(n,) The samples of one cluster, group and stratum change places as one: they are no
    independent evidence. None when samples are independent."""

    def draws(self, n: int, rng: np.random.Generator) -> Iterator[Integers]:
        """Yield n times (n_samples,) permuted codes."""
        is_in = np.flatnonzero(self.codes >= 0)
        own = self.codes[is_in]
        strata = np.zeros_like(own) if self.strata is None else self.strata[is_in]
        first, unit = np.arange(own.size), np.arange(own.size)
        if self.clusters is not None:
            units = np.stack([self.clusters[is_in], own, strata])
            _, first, unit = np.unique(units, axis=1, return_index=True, return_inverse=True)
        own, strata = own[first], strata[first]
        places = np.argsort(strata, kind="stable")
        for _ in range(n):
            permuted = np.empty_like(own)
            # A key never reaches the next stratum.
            permuted[places] = own[np.argsort(strata + rng.random(own.size))]
            codes = self.codes.copy()
            codes[is_in] = permuted[unit.ravel()]
            yield codes


def gap_tests(
    gaps: Gaps, exchange: Exchange, names: Sequence[str], *, level: float, seed: int = 0
) -> Mapping[str, GapTest]:
    """Hold gaps against those of permuted groups.

    Args:
        gaps: makes them from codes.
        exchange: what may be permuted.
        names: of the gaps to test.
        level: of the range of gaps, in (0, 1).
        seed: of a generator of its own.

    Returns:
        By name; one that is undefined, or so in more than one permutation of twenty, is left out.
    """
    rng = np.random.default_rng(seed)
    n = max(1, exchange.codes.size)
    n_permutations = int(min(N_PERMUTATIONS, max(_FEWEST, _SAMPLES_IN_ALL // n)))
    observed = gaps(exchange.codes)
    drawn = [gaps(codes) for codes in exchange.draws(n_permutations, rng)]
    found = {
        name: _tested(observed[name], np.array([one[name] for one in drawn]), level)
        for name in names
    }
    return {name: test for name, test in found.items() if test is not None}


def adjusted(tests: Sequence[GapTest]) -> list[float]:
    """Return p of each after Holm, all of them being one family."""
    adjusted_p: list[float] = holm(np.array([test.p_value for test in tests])).tolist()
    return adjusted_p


def _tested(observed: float, drawn: Floats, level: float) -> GapTest | None:
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(observed) or known.size < _ENOUGH * drawn.size:
        return None
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    n_as_far = int((known >= observed - _ROUNDING).sum())
    return GapTest(
        expected=float(known.mean()),
        low=float(low),
        high=float(high),
        p_value=(1 + n_as_far) / (1 + known.size),
        n_permutations=known.size,
    )
