"""How far each number moves when one checkpoint is run again: from repeats to noise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import stdev
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Estimate
from harness.core.noise import Noise
from harness.core.ports import Metric
from harness.core.run import Evaluation
from harness.core.sample_scores import SampleScores
from harness.engine.sample_values import is_mean, sample_values
from harness.stats.quantiles import t_quantile

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Slice = tuple[str, str] | None

_ROUNDING = 1e-9
_CONFIDENCE = 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One suite on one model in one of the runs."""

    evaluation: Evaluation
    estimates: tuple[Estimate, ...]
    scores: SampleScores


def noise_of(repeats: Sequence[Repeat], metrics: Sequence[Metric]) -> Iterator[Noise]:
    """Yield the noise of each quantity that every repeat has a value of.

    Args:
        repeats: at least two runs of one suite on one checkpoint, about the same samples.
        metrics: those of the suite that have per-sample statistics.

    Raises:
        ValueError: fewer than two repeats, or other samples in one than in another.
    """
    if len(repeats) < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError("a spread needs at least two repeats")
    first = repeats[0]
    if any(list(repeat.scores.ids) != list(first.scores.ids) for repeat in repeats):
        raise ValueError("the repeats were not asked about the same samples")
    values = _estimated_values(repeats)
    alone = {metric.name: _SampleValues.of(metric, repeats) for metric in metrics}
    for estimate in first.estimates:
        own = values[estimate.quantity.id, estimate.slice]
        if len(own) < len(repeats):
            continue
        found = alone.get(estimate.metric)
        spread = stdev(own)  # exact: equal values have a spread of 0, not of a rounding
        yield Noise(
            model=estimate.model,
            suite=estimate.suite,
            quantity=estimate.quantity.id,
            slice=estimate.slice,
            suite_hash=first.evaluation.suite_hash,
            data_hash=first.evaluation.data_hash,
            fingerprint=first.evaluation.model_fingerprint,
            values=tuple(own),
            spread=spread,
            floor=noise_floor(spread, len(own)),
            flip_rate=found.flip_rate(estimate.quantity.id, estimate.slice) if found else None,
            n=found.n_scored(estimate.slice) if found else estimate.n,
        )


def noise_floor(spread: float, n_runs: int) -> float:
    """Return the difference that two more single runs exceed once in twenty.

    The 95 % prediction interval of the difference of two further runs: it has the variance
    2 · spread², and the spread is known from k runs only. t_{0.975, k-1} · sqrt(2) · spread.

    Args:
        spread: standard deviation over k runs (with k - 1 below the line).
        n_runs: k, at least 2.

    >>> round(noise_floor(0.01, 5), 5)
    0.03926
    """
    return t_quantile(_CONFIDENCE, n_runs - 1) * math.sqrt(2) * spread


def _estimated_values(repeats: Sequence[Repeat]) -> Mapping[tuple[str, Slice], list[float]]:
    values: dict[tuple[str, Slice], list[float]] = {}
    for repeat in repeats:
        for estimate in repeat.estimates:
            own = values.setdefault((estimate.quantity.id, estimate.slice), [])
            if estimate.value is not None:
                own.append(estimate.value)
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class _SampleValues:
    """A metric's quantities on each sample alone, in every repeat."""

    places: Mapping[str, int]
    """Where each quantity that is a mean of samples stands; the others no sample has alone."""
    values: Floats
    """(k, n, q); NaN where a sample has no score."""
    is_scored: Bools
    """(k, n)."""
    slices: Mapping[str, Sequence[str | None]]

    @classmethod
    def of(cls, metric: Metric, repeats: Sequence[Repeat]) -> _SampleValues:
        statistics = [_statistics(metric, repeat.scores) for repeat in repeats]
        is_scored = [_has_all(own) for own in statistics]
        values = [
            _spread_out(sample_values(metric, own[scored]), scored)
            for own, scored in zip(statistics, is_scored, strict=True)
        ]
        scored = is_scored[0]
        are_means = is_mean(metric, statistics[0][scored], values[0][scored])
        return cls(
            places={
                quantity.id: place
                for place, quantity in enumerate(metric.quantities)
                if are_means[place]
            },
            values=np.stack(values),
            is_scored=np.stack(is_scored),
            slices=repeats[0].scores.slices,
        )

    def flip_rate(self, quantity: str, part: Slice) -> float | None:
        """Mean share of samples that differ between two repeats; None without such a sample."""
        place = self.places.get(quantity)
        if place is None:
            return None
        values = self.values[:, self._is_in(part), place]
        shares = [_share_that_differs(a, b) for a, b in combinations(values, 2)]
        known = [share for share in shares if share is not None]
        return math.fsum(known) / len(known) if known else None

    def n_scored(self, part: Slice) -> int:
        """Samples scored in every repeat."""
        return int(self.is_scored[:, self._is_in(part)].all(axis=0).sum())

    def _is_in(self, part: Slice) -> Bools:
        if part is None:
            return np.ones(self.values.shape[1], dtype=np.bool_)
        column, value = part
        return np.array([own == value for own in self.slices[column]], dtype=np.bool_)


def _statistics(metric: Metric, scores: SampleScores) -> Floats:
    """Return (n, k) statistics, NaN where there are none."""
    nothing = np.full(len(scores), np.nan)
    names = [f"{metric.name}.{column}" for column in metric.columns]
    return np.column_stack([scores.statistics.get(name, nothing) for name in names])


def _has_all(statistics: Floats) -> Bools:
    present: Bools = ~np.isnan(statistics)
    return np.asarray(present.all(axis=1))


def _spread_out(values: Floats, is_scored: Bools) -> Floats:
    """Return one row per sample, from one row per scored sample."""
    rows = np.full((len(is_scored), values.shape[1]), np.nan)
    rows[is_scored] = values
    return rows


def _share_that_differs(a: Floats, b: Floats) -> float | None:
    both = ~(np.isnan(a) | np.isnan(b))
    if not both.any():
        return None
    # What only the order of summation has changed is no flip.
    return float((~np.isclose(a[both], b[both], rtol=_ROUNDING, atol=_ROUNDING)).mean())
