"""What gaps chance alone makes between groups of the same sizes: group labels are permuted.

The largest of several noisy rates is too high and the smallest too low, so that the gap between
groups that are all alike is never 0. Permutations say how large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.multiplicity import CLEAR, holm
from harness.suites.metrics.group_tables import Tables, drawn_gaps, n_cells

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Gaps: TypeAlias = Callable[[Integers], Mapping[str, float]]
"""From (n,) group codes to gaps by name; NaN where one is undefined."""

N_PERMUTATIONS = 1000
_FEWEST = 400
_SAMPLES_IN_ALL = 50_000_000
"""Samples given a new group in all: beyond 50,000 of them the number of permutations sinks."""
_PER_TEST = 20
"""Permutations for each test of a family, over the share of false alarms: Holm's correction then
leaves of the smallest p that can be a twentieth of what is asked for."""
_MOST = 10_000
"""Permutations of single samples where more are needed, as far as ``_SAMPLES_IN_ALL`` allows."""
_CELLS_IN_ALL = 10_000_000
"""Counts drawn at most where tables of them will do: a million permutations of two groups."""
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

    @property
    def n_as_far(self) -> int:
        """Permutations with at least this gap."""
        return round(self.p_value * (1 + self.n_permutations)) - 1

    def with_more(self, n_as_far: int, n_permutations: int) -> GapTest:
        """Return the test after more permutations; the range of gaps is that of the first."""
        n = self.n_permutations + n_permutations
        p_value = (1 + self.n_as_far + n_as_far) / (1 + n)
        return replace(self, p_value=p_value, n_permutations=n)


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
    gaps: Gaps,
    exchange: Exchange,
    names: Sequence[str],
    *,
    level: float,
    n_tests: int = 1,
    tables: Tables | None = None,
    seed: int = 0,
) -> Mapping[str, GapTest]:
    """Hold gaps against those of permuted groups.

    A gap that fewer than ten permutations reach is held against more of them, as many as Holm's
    correction asks for, within bounds (as Besag and Clifford 1991 stop where ten are reached).
    The chance of a false alarm stays: below the p-value of ten, what has stopped is never one;
    above it, what goes on would have been one of the first permutations alone.

    Args:
        gaps: makes them from codes.
        exchange: what may be permuted.
        names: of the gaps to test.
        level: of the range of gaps, in (0, 1).
        n_tests: in the family that p-values are adjusted over.
        tables: a cheaper way to further gaps, for independent samples.
        seed: of a generator of its own.

    Returns:
        By name; one that is undefined, or so in more than one permutation of twenty, is left out.
    """
    rng = np.random.default_rng(seed)
    n = max(1, exchange.codes.size)
    n_permutations = int(min(N_PERMUTATIONS, max(_FEWEST, _SAMPLES_IN_ALL // n)))
    observed = gaps(exchange.codes)
    drawn = [gaps(codes) for codes in exchange.draws(n_permutations, rng)]
    tested = {
        name: _tested(observed[name], np.array([one[name] for one in drawn]), level)
        for name in names
    }
    found = {name: test for name, test in tested.items() if test is not None}
    rare = [name for name, test in found.items() if test.n_as_far < CLEAR]
    n_wanted = ceil(_PER_TEST * n_tests / (1 - level)) - n_permutations
    if rare and n_wanted > 0:
        for one in _further(gaps, exchange, tables, n_wanted, rng):
            for name in rare:
                n_as_far, n_known = _n_as_far(observed[name], one[name])
                found[name] = found[name].with_more(n_as_far, n_known)
    return found


def _further(
    gaps: Gaps, exchange: Exchange, tables: Tables | None, n: int, rng: np.random.Generator
) -> Iterator[Mapping[str, Floats]]:
    """Yield gaps of up to n permutations more, some at a time."""
    codes = exchange.codes
    if tables is not None and exchange.clusters is None:
        strata = np.zeros_like(codes) if exchange.strata is None else exchange.strata
        n = min(n, _CELLS_IN_ALL // n_cells(tables, codes))
        yield from drawn_gaps(tables, codes, strata, n, rng)
        return
    for permuted in exchange.draws(min(n, _MOST, _SAMPLES_IN_ALL // codes.size), rng):
        yield {name: np.array([value]) for name, value in gaps(permuted).items()}


def adjusted(tests: Sequence[GapTest]) -> list[float]:
    """Return p of each after Holm, all of them being one family."""
    adjusted_p: list[float] = holm(np.array([test.p_value for test in tests])).tolist()
    return adjusted_p


def _tested(observed: float, drawn: Floats, level: float) -> GapTest | None:
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(observed) or known.size < _ENOUGH * drawn.size:
        return None
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    n_as_far, _ = _n_as_far(observed, known)
    return GapTest(
        expected=float(known.mean()),
        low=float(low),
        high=float(high),
        p_value=(1 + n_as_far) / (1 + known.size),
        n_permutations=known.size,
    )


def _n_as_far(observed: float, drawn: Floats) -> tuple[int, int]:
    """Return how many permutations come to the gap, and in how many there is one."""
    known = drawn[np.isfinite(drawn)]
    return int((known >= observed - _ROUNDING).sum()), known.size
