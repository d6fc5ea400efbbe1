"""How much alike the methods of explanation rank the parts of the same texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from harness.core.explained import Explained
from harness.core.explanations import TOP_SHARE, Agreement
from harness.engine.explained_samples import (
    ExplainedSample,
    chosen_values,
    mean_of,
    n_first,
    ranked_parts,
)
from harness.stats.rank_correlation import spearman


def agreements_of(
    samples: Sequence[ExplainedSample], labels: Sequence[str], level: float
) -> Iterator[Agreement]:
    """Yield each pair of methods that have a sample in common.

    Args:
        samples: in any order.
        labels: of the methods, in the order of the run.
        level: confidence level of the intervals, in (0, 1).
    """
    for first, second in combinations(labels, 2):
        shared = [
            sample
            for sample in samples
            if first in sample.explained
            and second in sample.explained
            and _is_comparable(sample.explained[first], sample.explained[second])
        ]
        if shared:
            yield _agreement(shared, first, second, level)


def _is_comparable(first: Explained, second: Explained) -> bool:
    """Tell whether both have cut the text alike, and explain the same choice in known numbers."""
    return (
        first.spans == second.spans
        and first.outputs[first.chosen] == second.outputs[second.chosen]
        and all(np.isfinite(chosen_values(one)).all() for one in (first, second))
    )


def _agreement(
    shared: Sequence[ExplainedSample], first: str, second: str, level: float
) -> Agreement:
    correlations, overlaps, by_chance = [], [], []
    for sample in shared:
        pair = sample.explained[first], sample.explained[second]
        found = spearman(*map(chosen_values, pair))
        if found is not None:
            correlations.append((found, sample.cluster))
        n_parts = len(pair[0].spans)
        k = n_first(TOP_SHARE, n_parts)
        both = set.intersection(*(set(ranked_parts(one)[:k]) for one in pair))
        overlaps.append((len(both) / k, sample.cluster))
        by_chance.append(k / n_parts)
    return Agreement(
        first=first,
        second=second,
        correlation=mean_of(
            [value for value, _ in correlations], [c for _, c in correlations], level
        ),
        overlap=mean_of([value for value, _ in overlaps], [c for _, c in overlaps], level),
        by_chance=float(np.mean(by_chance)),
    )
