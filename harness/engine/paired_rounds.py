"""Compares what is measured in rounds: a latency, a throughput, a peak of memory.

A round is one value. Requests of one round share its process and its luck, so that however many
of them there are, they are no sample of rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.ports import Metric
from harness.engine.align import Scores
from harness.engine.difference import N_WHOLE, Settings
from harness.engine.sample_values import sample_values
from harness.stats.paired_bootstrap import paired_bootstrap
from harness.stats.paired_difference import paired_difference
from harness.stats.paired_runs import fewest_pairs, paired_runs
from harness.stats.permutation import sign_flip_test
from harness.stats.power import minimum_detectable_effect

Floats: TypeAlias = NDArray[np.float64]

TEST = "paired-runs-t"
_N_WEIGHTINGS = 8
_ROUNDING = 1e-9
ABSENT = "not tested: no round of either side has a value"
ACROSS_RUNS = (
    "measured in different runs, between which the machine may have changed: put both models into"
    " one spec, or compare their checkpoints with --spec"
)


@dataclass(frozen=True, slots=True)
class _Side:
    """One quantity in the rounds of one side."""

    rows: Floats
    """(n, k) statistics of the metric."""
    values: Floats
    """(n,) of the quantity, by round."""

    def at(self, chosen: NDArray[np.bool_]) -> _Side:
        return _Side(self.rows[chosen], self.values[chosen])


@dataclass(frozen=True, slots=True)
class _Column:
    """One quantity of a metric."""

    metric: Metric
    place: int

    def value(self, side: _Side) -> float:
        """Return what the metric makes of the rounds, as its table does."""
        return float(self._reduced(side.rows, np.ones((1, len(side.rows))))[0])

    def is_mean(self, side: _Side, *, is_ratio: bool) -> bool:
        """Tell whether that is their mean, the geometric one of ratios.

        A few random weightings are tried, so that no metric has to declare it.
        """
        weights = np.random.default_rng(1).exponential(size=(_N_WEIGHTINGS, len(side.rows)))
        reduced = self._reduced(side.rows, weights)
        if is_ratio:
            means = np.exp(weights @ np.log(side.values) / weights.sum(axis=1))
        else:
            means = weights @ side.values / weights.sum(axis=1)
        return bool(np.allclose(reduced, means, rtol=_ROUNDING, atol=_ROUNDING))

    def _reduced(self, rows: Floats, weights: Floats) -> Floats:
        return self.metric.reduce(rows, weights)[:, self.place]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a test says of rounds that took turns."""

    interval: Interval | None
    stderr: float | None
    p_value: float | None
    test: str = TEST
    detectable: float | None = None
    p_sign_flips: float | None = None
    note: str = ""


def is_in_rounds(metric: Metric) -> bool:
    """Tell whether a metric's values are drawn anew by the round, and not by the sample."""
    return any(quantity.unit == "round" for quantity in metric.quantities)


def round_differences(
    scores: Scores, metric: Metric, common: Difference, settings: Settings, *, took_turns: bool
) -> Iterator[Difference]:
    """Yield the difference of each quantity of a metric, of values as the metric itself has them.

    Rounds are paired by their ids. Positive numbers without an upper bound are tested by their
    ratios, others by what lies between them. What is no mean of its rounds (a knee, of which the
    median stands for all) has no Student's t: its interval is from resampled pairs of rounds, and
    its p from exact flips of their signs.

    Args:
        scores: the metric's statistics, a row for each round that both sides have.
        metric: as both sides have measured it.
        common: what all of them share: suite, model, metric.
        settings: level and seed.
        took_turns: the rounds of a pair followed upon each other, in one run. Those of two runs
            have no test: their values are told.
    """
    m = len(scores.a)
    values = sample_values(metric, np.concatenate([scores.a, scores.b]))
    common = replace(common, n_unpaired=scores.n_unpaired, n_lost=len(scores.lost))
    for i, quantity in enumerate(metric.quantities):
        own = replace(common, quantity=quantity, test=TEST if took_turns else "")
        sides = (_Side(scores.a, values[:m, i]), _Side(scores.b, values[m:, i]))
        yield _of_rounds(sides, _Column(metric, i), own, settings)


def _of_rounds(
    sides: tuple[_Side, _Side], column: _Column, known: Difference, settings: Settings
) -> Difference:
    has_a, has_b = (np.isfinite(side.values) for side in sides)
    n_one_sided = int((has_a ^ has_b).sum())
    first, second = (side.at(has_a & has_b) for side in sides)
    a, b = first.values, second.values
    n = len(a)
    known = replace(known, n=n, n_clusters=n, n_unpaired=known.n_unpaired + n_one_sided)
    if known.is_absent:
        return replace(known, test="", note=ABSENT)
    if not n:
        return replace(known, note="no round has a value on both sides")
    is_ratio = known.quantity.is_log_scale(np.concatenate([a, b]))
    before, after = (column.value(side) for side in (first, second))
    known = replace(known, baseline=before, candidate=after, difference=after - before)
    if not known.test:
        return replace(known, note=ACROSS_RUNS)
    if not all(column.is_mean(side, is_ratio=is_ratio) for side in (first, second)):
        found = _resampled(first, second, column, settings)
    else:
        found = _ratio_tested(a, b, settings) if is_ratio else _tested(a, b, settings)
    fewest = fewest_pairs(1 - settings.level)
    if n < fewest:
        pairs = "1 pair of rounds only informs" if n == 1 else f"{n} pairs of rounds only inform"
        note = f"{pairs}: {fewest} are needed"
        found = replace(found, p_value=None, p_sign_flips=None, note=note)
    return replace(
        known,
        interval=found.interval,
        stderr=found.stderr,
        p_value=found.p_value,
        test=found.test,
        detectable=found.detectable,
        n_higher=int((b > a).sum()),
        n_lower=int((b < a).sum()),
        p_sign_flips=found.p_sign_flips,
        note=found.note,
    )


def _ratio_tested(a: Floats, b: Floats, settings: Settings) -> _Found:
    """Test the ratio, and tell it as a difference from the baseline."""
    alpha = 1 - settings.level
    found = paired_runs(a, b, level=settings.level, seed=settings.seed)
    if not found.log_stderr or found.interval is None:
        return _without_spread(a, b)
    before = float(np.exp(np.log(a).mean()))
    detectable = minimum_detectable_effect(
        found.log_stderr, alpha=alpha, degrees_of_freedom=len(a) - 1
    )
    return _Found(
        interval=replace(
            found.interval,
            low=(found.interval.low - 1) * before,
            high=(found.interval.high - 1) * before,
        ),
        stderr=found.log_stderr * before,
        p_value=found.p_value,
        detectable=float(np.expm1(detectable)) * before,
        p_sign_flips=found.sign_flip_p,
    )


def _tested(a: Floats, b: Floats, settings: Settings) -> _Found:
    """Test the plain difference: of shares, and of what is 0 in some round."""
    found = paired_difference(a, b, level=settings.level)
    if not found.stderr or found.interval is None:
        return _without_spread(a, b)
    detectable = minimum_detectable_effect(
        found.stderr, alpha=1 - settings.level, degrees_of_freedom=len(a) - 1
    )
    return _Found(
        found.interval,
        found.stderr,
        found.p_value,
        detectable=detectable,
        p_sign_flips=sign_flip_test(b - a, seed=settings.seed).p_value,
    )


def _resampled(before: _Side, after: _Side, column: _Column, settings: Settings) -> _Found:
    """Judge what is no mean: were the sides alike, the sign of each pair would be a coin's."""
    a, b = before.values, after.values
    if len(np.unique(b - a)) == 1:
        return _without_spread(a, b)
    resampled = paired_bootstrap(
        column.metric.reduce, before.rows, after.rows, seed=settings.seed, n_resamples=N_WHOLE
    )
    return _Found(
        resampled.interval(column.place, settings.level),
        None,
        sign_flip_test(b - a, seed=settings.seed).p_value,
        test="sign-flips",
    )


def _without_spread(a: Floats, b: Floats) -> _Found:
    """Judge what moves by the same in each round, or not at all.

    What a program does alike each time (the memory that it reserves) has no luck that a count of
    rounds would have to rule out: as many rounds as could prove anything leave no doubt.
    """
    if np.array_equal(a, b):
        return _Found(None, None, 1.0, test="identical", note="the same in every round")
    if len(a) == 1:
        return _Found(None, None, None, note="no spread is known")
    return _Found(None, None, 0.0, note="all rounds moved by the same")
