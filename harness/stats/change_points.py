"""Where a series of nightly numbers changed its level or spread: E-divisive."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.quantiles import t_two_sided_p

Floats: TypeAlias = NDArray[np.float64]
Stopping: TypeAlias = Literal["permutation", "t-test"]

MIN_SEGMENT = 5
"""Fewest values on either side of a change."""
N_PERMUTATIONS = 199
ALPHA = 0.01
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """From this value on the series is another."""

    index: int
    """Of the first value after the change."""
    before: float
    """Mean of the values back to the change before this one, or to the start."""
    after: float
    """Mean of the values up to the next change, or to the end."""
    p_value: float
    """Of the test that let it stand; with permutations never 0."""


@dataclass(frozen=True, slots=True)
class _Split:
    index: int
    """Of the first value on the right."""
    end: int
    """One past the last value on the right."""
    divergence: float


@dataclass(frozen=True, slots=True)
class _Splits:
    """All splits of n values, and how three sums over |x_i - x_j| make each one's divergence.

    With m values on the left, l on the right, the divergence m·l/(m + l) · (2·mean distance
    between - mean distance within the left - mean distance within the right) is linear in the
    sums over the rectangle (left, left and right) and the two squares that start at the first
    value. The factors depend on n alone, and serve all permutations.
    """

    first: NDArray[np.int64]
    """(s, 1) index of the first value on the right."""
    end: NDArray[np.int64]
    """(1, e) one past the last on the right."""
    of_rectangle: Floats
    """(s, e)."""
    of_left: Floats
    """(s, e)."""
    of_whole: Floats
    """(s, e)."""
    is_impossible: NDArray[np.bool_]
    """(s, e) where too few values are left on the right."""
    scratch: tuple[Floats, Floats, Floats, Floats]
    """Two of (n, n) and two of (s, e), written anew for each permutation: to ask the system for
    megabytes a thousand times takes as long as to fill them."""

    @classmethod
    def of(cls, n: int, min_segment: int) -> _Splits:
        first, end = np.ix_(
            np.arange(min_segment, n - min_segment + 1), np.arange(2 * min_segment, n + 1)
        )
        n_left, n_right = first.astype(np.float64), np.maximum(end - first, min_segment)
        scale = n_left * n_right / (n_left + n_right)
        left = scale / (n_left * (n_left - 1))
        whole = scale / (n_right * (n_right - 1))
        rectangle = 2 * scale / (n_left * n_right) + 2 * whole
        is_impossible = end - first < min_segment
        wide, narrow = (n, n), rectangle.shape
        scratch = (np.empty(wide), np.empty(wide), np.empty(narrow), np.empty(narrow))
        return cls(first, end, rectangle, rectangle + left - whole, whole, is_impossible, scratch)

    @property
    def n_possible(self) -> int:
        """How many splits are compared."""
        return int(self.is_impossible.size - self.is_impossible.sum())

    def best(self, values: Floats) -> _Split:
        """Return the split whose sides are farthest apart."""
        distances, sums, divergence, part = self.scratch
        np.subtract(values[:, None], values, out=distances)
        np.abs(distances, out=distances)
        np.cumsum(distances, axis=0, out=sums)
        np.cumsum(sums, axis=1, out=distances)
        sums, square = distances, distances.diagonal()
        rectangles = sums[self.first[0, 0] - 1 :, self.end[0, 0] - 1 :][: len(self.first)]
        np.multiply(self.of_rectangle, rectangles, out=divergence)
        np.multiply(self.of_left, square[self.first - 1], out=part)
        np.subtract(divergence, part, out=divergence)
        np.multiply(self.of_whole, square[self.end - 1], out=part)
        np.subtract(divergence, part, out=divergence)
        np.copyto(divergence, -np.inf, where=self.is_impossible)
        row, column = np.unravel_index(int(divergence.argmax()), divergence.shape)
        best = float(divergence[row, column])
        return _Split(int(self.first[row, 0]), int(self.end[0, column]), best)


def change_points(
    values: Floats,
    *,
    seed: int,
    stopping: Stopping = "permutation",
    alpha: float = ALPHA,
    min_segment: int = MIN_SEGMENT,
    n_permutations: int = N_PERMUTATIONS,
) -> tuple[ChangePoint, ...]:
    """Divide a series where the distributions on both sides differ most, again and again.

    E-divisive (Matteson and James 2014, Journal of the American Statistical Association 109):
    the energy distance of the values before a split and those after it, up to any later end, is
    made as large as it gets; a split that chance explains ends the search in its segment.

    The permutation test asks how large that maximum is when the segment's values stand in random
    order, so it knows that the best split was sought. Welch's t-test (the idea of Apache Otava,
    once Hunter) is a hundred times cheaper. Its p is multiplied by the number of splits that
    were compared: unadjusted, a level of 0.001 finds a change in every fourth steady series of
    a hundred values. So adjusted it misses changes that the other finds, and sees the mean alone.

    Args:
        values: (n,) oldest first, finite; logarithms of numbers that vary in proportion.
        seed: of the permutations.
        stopping: which test ends the search.
        alpha: level of it: the chance of finding a change in a steady series.
        min_segment: fewest values on either side, at least 2.
        n_permutations: at least 1/alpha - 1; fewer are drawn once the outcome is certain.

    Returns:
        The changes, oldest first; whether one is for the better is the caller's to say.

    >>> steady = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.1, 0.9]
    >>> found = change_points(np.array(steady + [x + 1 for x in steady]), seed=0)
    >>> [(point.index, point.before, point.after) for point in found]
    [(8, 1.0, 2.0)]
    """
    rng = np.random.default_rng(seed)

    def p_value_of(segment: Floats, splits: _Splits, split: _Split) -> float:
        if stopping == "permutation":
            return _permutation_p(segment, splits, split.divergence, (alpha, n_permutations), rng)
        p_value = _welch_p(segment[: split.index], segment[split.index : split.end])
        return min(1.0, p_value * splits.n_possible)

    def accepted(start: int, end: int) -> Iterator[tuple[int, float]]:
        """Yield the splits of one segment, in order, and their p."""
        segment = values[start:end]
        if segment.size < 2 * min_segment:
            return
        splits = _Splits.of(segment.size, min_segment)
        split = splits.best(segment)
        p_value = p_value_of(segment, splits, split)
        if p_value <= alpha:
            index = start + split.index
            yield from accepted(start, index)
            yield index, p_value
            yield from accepted(index, end)

    return _described(values, list(accepted(0, values.size)))


def _described(values: Floats, found: list[tuple[int, float]]) -> tuple[ChangePoint, ...]:
    """Add the means on both sides of each change."""
    if not found:
        return ()
    means = [float(part.mean()) for part in np.split(values, [index for index, _ in found])]
    return tuple(
        ChangePoint(index=index, before=before, after=after, p_value=p_value)
        for (index, p_value), before, after in zip(found, means[:-1], means[1:], strict=True)
    )


def _permutation_p(
    segment: Floats,
    splits: _Splits,
    reached: float,
    limits: tuple[float, int],
    rng: np.random.Generator,
) -> float:
    """Return (1 + c) / (1 + B), or 1 as soon as it is sure to exceed alpha."""
    alpha, n_permutations = limits
    most = math.floor(alpha * (1 + n_permutations)) - 1
    n_as_far = 0
    for _ in range(n_permutations):
        shuffled = splits.best(rng.permutation(segment))
        n_as_far += shuffled.divergence >= reached * (1 - _ROUNDING)
        if n_as_far > most:
            return 1.0
    return (1 + n_as_far) / (1 + n_permutations)


def _welch_p(left: Floats, right: Floats) -> float:
    """Two-sided p of Welch's t-test; 0 where two constants differ, 1 where they are the same."""
    squares = [float(part.var(ddof=1)) / part.size for part in (left, right)]
    difference = float(right.mean() - left.mean())
    variance = sum(squares)
    if variance <= (_ROUNDING * float(np.abs(left).max() + np.abs(right).max())) ** 2:
        return 1.0 if math.isclose(left[0], right[0], rel_tol=_ROUNDING) else 0.0
    freedom = variance**2 / sum(
        square**2 / (part.size - 1) for square, part in zip(squares, (left, right), strict=True)
    )
    return t_two_sided_p(difference / math.sqrt(variance), freedom)
