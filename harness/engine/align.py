"""Puts the scores of two models on the same samples side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.ports import Metric
from harness.core.sample_scores import SampleScores

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Two sides' samples, in the order of the baseline."""

    baseline: SampleScores
    candidate: SampleScores
    places: Integers
    """(n,) place in the baseline of each common sample."""
    others: Integers
    """(n,) place of the same sample in the candidate."""
    clusters: Integers | None
    """(n,) cluster codes, or None when every sample stands alone."""
    slices: Mapping[str, Sequence[str | None]]
    """By column, (n,), as the baseline has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One metric's statistics of the samples that both sides have scored."""

    a: Floats
    """(m, k) of the baseline."""
    b: Floats
    """(m, k) of the candidate."""
    rows: Integers
    """(m,) place among the common samples."""
    lost: Integers
    """Places among the common samples that the baseline alone has scored."""
    alone: tuple[Floats, Floats]
    """Statistics of the samples that the baseline alone has scored, and of the candidate's."""
    lost_rows: Floats
    """The baseline's statistics at ``lost``."""

    @property
    def n_unpaired(self) -> int:
        """Samples that only one side has scored."""
        return len(self.alone[0]) + len(self.alone[1])


def align(baseline: SampleScores, candidate: SampleScores) -> Aligned:
    """Pair samples by id."""
    place_of = {name: place for place, name in enumerate(candidate.ids)}
    pairs = [(place, place_of[name]) for place, name in enumerate(baseline.ids) if name in place_of]
    places, others = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Aligned(
        baseline=baseline,
        candidate=candidate,
        places=places,
        others=others,
        clusters=_cluster_codes(baseline, places),
        slices={name: [values[i] for i in places] for name, values in baseline.slices.items()},
    )


def scores_of(aligned: Aligned, metric: Metric) -> Scores:
    """Return a metric's statistics on the samples that both sides have scored."""
    wholes = _statistics(aligned.baseline, metric), _statistics(aligned.candidate, metric)
    a, b = wholes[0][aligned.places], wholes[1][aligned.others]
    rows = np.flatnonzero(_is_scored(a) & _is_scored(b))
    lost = np.flatnonzero(_is_scored(a) & ~_is_scored(b))
    return Scores(
        a=a[rows],
        b=b[rows],
        rows=rows,
        lost=lost,
        alone=(
            _scored_but(wholes[0], aligned.places[rows]),
            _scored_but(wholes[1], aligned.others[rows]),
        ),
        lost_rows=a[lost],
    )


def _statistics(scores: SampleScores, metric: Metric) -> Floats:
    nothing = np.full(len(scores), np.nan)
    names = [f"{metric.name}.{column}" for column in metric.columns]
    return np.stack([scores.statistics.get(name, nothing) for name in names], axis=1)


def _scored_but(statistics: Floats, paired: Integers) -> Floats:
    """Return the scored rows that are not among the paired ones."""
    is_alone = _is_scored(statistics)
    is_alone[paired] = False
    return statistics[is_alone]


def _is_scored(statistics: Floats) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(statistics).any(axis=1))


def _cluster_codes(scores: SampleScores, places: Integers) -> Integers | None:
    if not any(scores.clusters[i] is not None for i in places):
        return None
    numbers: dict[str, int] = {}
    codes = [
        numbers.setdefault(scores.ids[i] if cluster is None else cluster, len(numbers))
        for i, cluster in ((i, scores.clusters[i]) for i in places)
    ]
    return None if len(numbers) == len(codes) else np.array(codes, dtype=np.int64)
