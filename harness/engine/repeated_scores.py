"""Scores of the same samples in several runs, and how many of them flip from one to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.ports import Metric
from harness.core.sample_scores import SampleScores
from harness.engine.sample_values import is_mean, sample_values

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Slice = tuple[str, str] | None

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class SlicePlaces:
    """Which samples are in which slice; found once, for all metrics."""

    n: int
    numbers: Mapping[str, Mapping[str | None, int]]
    """By column, a number for each value."""
    codes: Mapping[str, Integers]
    """By column, (n,) the number of each sample's value."""

    @classmethod
    def of(cls, scores: SampleScores) -> SlicePlaces:
        """Look every sample up once."""
        numbers = {
            column: {value: number for number, value in enumerate(dict.fromkeys(values))}
            for column, values in scores.slices.items()
        }
        codes = {
            column: np.array([numbers[column][value] for value in values], dtype=np.int64)
            for column, values in scores.slices.items()
        }
        return cls(len(scores), numbers, codes)

    def is_in(self, part: Slice) -> Bools:
        """Return (n,)."""
        if part is None:
            return np.ones(self.n, dtype=np.bool_)
        column, value = part
        return np.asarray(self.codes[column] == self.numbers[column][value])


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedScores:
    """A metric's quantities on each sample alone, in every repeat."""

    columns: Mapping[str, int]
    """Where each quantity that is a mean of samples stands; the others no sample has alone."""
    values: Floats
    """(k, n, q); NaN where a sample has no score."""
    is_scored: Bools
    """(k, n)."""
    places: SlicePlaces

    @classmethod
    def of(
        cls, metric: Metric, runs: Sequence[SampleScores], places: SlicePlaces
    ) -> RepeatedScores:
        """Value every sample alone.

        Args:
            metric: with q quantities.
            runs: (k,) the same n samples in the same order in each.
            places: where their slices are.
        """
        statistics = [_statistics(metric, scores) for scores in runs]
        is_scored = [_has_all(own) for own in statistics]
        values = [
            _spread_out(sample_values(metric, own[scored]), scored)
            for own, scored in zip(statistics, is_scored, strict=True)
        ]
        scored = is_scored[0]
        are_means = is_mean(metric, statistics[0][scored], values[0][scored])
        return cls(
            columns={
                quantity.id: column
                for column, quantity in enumerate(metric.quantities)
                if are_means[column]
            },
            values=np.stack(values),
            is_scored=np.stack(is_scored),
            places=places,
        )

    def flip_rate(self, quantity: str, part: Slice) -> float | None:
        """Mean share of samples that differ between two repeats; None without such a sample."""
        column = self.columns.get(quantity)
        if column is None:
            return None
        values = self.values[:, self.places.is_in(part), column]
        shares = [_share_that_differs(a, b) for a, b in combinations(values, 2)]
        known = [share for share in shares if share is not None]
        return math.fsum(known) / len(known) if known else None

    def n_scored(self, part: Slice) -> int:
        """Samples scored in every repeat."""
        return int(self.is_scored[:, self.places.is_in(part)].all(axis=0).sum())


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
