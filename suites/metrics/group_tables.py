"""Permuted groups as tables of counts: many at once, at a cost that hangs on no sample size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Gaps that hang on how many samples of each kind a group has, and on nothing else."""

    kinds: Floats
    """(n, k) what tells samples apart besides their group."""
    gaps: Callable[[Floats, Floats], Mapping[str, Floats]]
    """From (c, k + 1) kinds with a group code, and (b, c) counts of them, to (b,) gaps by name."""


def drawn_gaps(
    tables: Tables, codes: Integers, strata: Integers, n: int, rng: np.random.Generator
) -> Iterator[Mapping[str, Floats]]:
    """Yield the gaps of n permutations of the group codes within strata, some at a time.

    Args:
        tables: how gaps come of counts.
        codes: (n_samples,) of groups; negative ones have no part.
        strata: (n_samples,).
        n: permutations in all.
        rng: of the draws.
    """
    is_in = codes >= 0
    rows = np.column_stack([strata[is_in], tables.kinds[is_in]])
    kinds, kind = np.unique(rows, axis=0, return_inverse=True)
    n_groups = int(codes.max()) + 1
    counts = np.bincount(kind.ravel() * n_groups + codes[is_in], minlength=len(kinds) * n_groups)
    counts = counts.reshape(len(kinds), n_groups)
    groups = np.tile(np.arange(n_groups), len(kinds))
    cells = np.column_stack([np.repeat(kinds[:, 1:], n_groups, axis=0), groups])
    block = max(1, _BLOCK // len(cells))
    for start in range(0, n, block):
        drawn = np.empty((min(block, n - start), *counts.shape))
        for stratum in np.unique(kinds[:, 0]):
            mine = kinds[:, 0] == stratum
            drawn[:, mine] = _dealt(counts[mine], len(drawn), rng)
        yield tables.gaps(cells, drawn.reshape(len(drawn), -1))


def n_cells(tables: Tables, codes: Integers) -> int:
    """Return how many counts a table has."""
    return len(np.unique(tables.kinds[codes >= 0], axis=0)) * (int(codes.max(initial=0)) + 1)


def _dealt(counts: Integers, n: int, rng: np.random.Generator) -> Floats:
    """Deal the samples of one stratum out to groups of the same sizes.

    Args:
        counts: (k, g) samples of each kind and group.
        n: deals.
        rng: of the draws.

    Returns:
        (n, k, g) counts with the sums of ``counts`` along k and g: a multivariate hypergeometric
        draw for each group of what the groups before it have left.
    """
    n_kinds, n_groups = counts.shape
    left = np.tile(counts.sum(axis=1), (n, 1))
    dealt = np.zeros((n, n_kinds, n_groups))
    for group in range(n_groups - 1):
        wanted = np.full(n, counts[:, group].sum())
        for kind in range(n_kinds):
            others = left[:, kind + 1 :].sum(axis=1)
            taken = rng.hypergeometric(left[:, kind], others, wanted)
            dealt[:, kind, group] = taken
            left[:, kind] -= taken
            wanted -= taken
    dealt[:, :, -1] = left
    return dealt
