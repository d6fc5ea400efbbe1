"""From two columns of statistics to differences: the whole suite, and each slice of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.metric_abilities import GapMetric, MetricOfWhole, PartlyToldMetric
from harness.core.ports import Metric
from harness.core.score import Quantity
from harness.engine.align import Aligned, Scores
from harness.engine.estimate import MIN_CLUSTERS, slices_told, stderr_of
from harness.engine.gap_ends import with_ends
from harness.engine.paired_samples import Part, Rows
from harness.engine.part_values import PartValues, part_rows
from harness.engine.resampled_difference import ResampledDifference, Tested
from harness.engine.two_parts import PartMean, two_part_difference
from harness.stats.bootstrap import N_RESAMPLES
from harness.stats.mcnemar import (
    FEW_DISCORDANT,
    mcnemar_p,
    paired_proportions,
    tango_interval,
)
from harness.stats.paired_difference import PairedDifference, paired_difference
from harness.stats.permutation import sign_flip_test
from harness.stats.power import minimum_detectable_effect

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

N_WHOLE = 10_000
"""Resamples of a whole suite: the smallest p is then 1/10,001, which survives Holm's correction
over five hundred gates."""
N_SLICE = N_RESAMPLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all differences of one comparison have in common."""

    level: float
    """Confidence level of the intervals in (0, 1); tests are at 1 - level."""
    seed: int
    part_slices: tuple[str, ...] = ()
    """Slices that the suite in question itself makes."""
    n_whole: int = N_WHOLE
    """Resamples of a whole suite."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a test says of one quantity, and how many samples moved each way."""

    tested: Tested
    n_higher: int | None = None
    n_lower: int | None = None


def differences_of(
    aligned: Aligned, scores: Scores, metric: Metric, common: Difference, settings: Settings
) -> Iterator[Difference]:
    """Yield a metric's differences, of the whole suite first and then of each slice.

    Args:
        aligned: the samples of both sides.
        scores: the metric's statistics on them.
        metric: as both sides have measured it.
        common: what all of them share: suite, model, metric.
        settings: level and seed.
    """
    m = len(scores.a)
    a, b, lost, lacking = _in_common(metric, scores)
    losing = np.flatnonzero(lost.any(axis=1))
    alone = PartValues.of(metric, np.concatenate([a, b]))
    whole = Part(
        a=a,
        b=b,
        alone_a=alone.at(slice(0, m)),
        alone_b=alone.at(slice(m, None)),
        clusters=None if aligned.clusters is None else aligned.clusters[scores.rows],
        lost=np.concatenate([part_rows(metric, scores.lost_rows), lost[losing]]),
        unpaired=np.concatenate([*(part_rows(metric, rows) for rows in scores.alone), lacking]),
        slice=None,
    )
    rows = _of_part(metric, whole, common, settings)
    if isinstance(metric, GapMetric):
        level, seed, n = settings.level, settings.seed, settings.n_whole
        rows = with_ends(metric, whole, rows, level=level, seed=seed, n_resamples=n)
    yield from rows
    if isinstance(metric, MetricOfWhole):
        return
    scores = replace(scores, lost=np.concatenate([scores.lost, scores.rows[losing]]))
    for part in _slices(aligned, scores, whole, settings.part_slices):
        yield from _of_part(metric, part, common, settings)


def _in_common(metric: Metric, scores: Scores) -> tuple[Floats, Floats, Booleans, Booleans]:
    """Return both sides without what one of them lacks, and where that is.

    Returns:
        Statistics of the baseline and of the candidate, (m, k) each, and (m, q) which quantities of
        a sample the baseline alone has, and which either has alone.
    """
    a, b = scores.a, scores.b
    if not isinstance(metric, PartlyToldMetric):
        nothing = np.zeros((len(a), len(metric.quantities)), dtype=np.bool_)
        return a, b, nothing, nothing
    of_a, of_b = (part_rows(metric, rows) for rows in (a, b))
    a, b = metric.in_common(a, b)
    in_both = part_rows(metric, a)
    return a, b, of_a & ~in_both, (of_a | of_b) & ~in_both


def mean_difference(
    a: Floats, b: Floats, clusters: Integers | None, common: Difference, settings: Settings
) -> Difference:
    """Return how far apart the means of two columns are.

    Args:
        a: (n,) finite values of the baseline, n at least 1.
        b: (n,) of the candidate on the same samples.
        clusters: (n,) cluster codes, or None when every sample stands alone.
        common: suite, model, metric and quantity.
        settings: level and seed.
    """
    known = replace(
        common,
        baseline=float(a.mean()),
        candidate=float(b.mean()),
        n=len(a),
        n_clusters=len(a) if clusters is None else len(np.unique(clusters)),
    )
    if np.array_equal(a, b):
        found = _identical(known, settings, is_mean=True)
    else:
        found = _of_mean(a, b, clusters, settings)
    return _completed(known, found, settings)


def _slices(
    aligned: Aligned, scores: Scores, whole: Part, part_slices: Sequence[str]
) -> Iterator[Part]:
    for name, column in sorted(aligned.slices.items()):
        values = np.array([column[i] for i in scores.rows], dtype=object)
        texts = {text for text in column if text is not None}
        for text in slices_told(name, texts, part_slices):
            chosen = np.flatnonzero(values == text)
            yield Part(
                a=whole.a[chosen],
                b=whole.b[chosen],
                alone_a=whole.alone_a.at(chosen),
                alone_b=whole.alone_b.at(chosen),
                clusters=None if whole.clusters is None else whole.clusters[chosen],
                lost=whole.lost[[column[i] == text for i in scores.lost]],
                unpaired=whole.unpaired[:0],
                slice=(name, text),
            )


def _of_part(
    metric: Metric, part: Part, common: Difference, settings: Settings
) -> Iterator[Difference]:
    is_slice = part.slice is not None
    common = replace(common, slice=part.slice)
    n = len(part.a)
    weights = np.ones((1, n))
    a, b = (metric.reduce(side, weights)[0] if n else None for side in (part.a, part.b))
    tests = _Tests(metric, part, settings)
    for i, quantity in enumerate(metric.quantities):
        if is_slice and not quantity.is_headline:
            continue
        rows = Rows.of(part, i)
        known = rows.counted(replace(common, quantity=quantity))
        if a is None or b is None:
            yield replace(known, note="no sample was scored on both sides")
            continue
        known = replace(known, baseline=_finite(a[i]), candidate=_finite(b[i]))
        if known.baseline is None or known.candidate is None:
            yield replace(known, note="undefined on the common samples")
            continue
        yield _completed(known, tests.found(i, rows, known), settings)


class _Tests:
    """Tests the quantities of one metric on one suite or slice, each on its own samples."""

    def __init__(self, metric: Metric, part: Part, settings: Settings) -> None:
        self._metric = metric
        self._part = part
        self._settings = settings

    def found(self, column: int, rows: Rows, known: Difference) -> _Found:
        part, settings = self._part, self._settings
        is_mean = bool(part.alone_a.means[column])
        if np.array_equal(part.a[rows.chosen], part.b[rows.chosen]):
            return _identical(known, settings, is_mean=is_mean)
        if not is_mean or known.quantity.is_maximum:
            return _Found(self._resampled_test(column, known))
        a, b = (alone.values[rows.chosen, column] for alone in (part.alone_a, part.alone_b))
        if not rows.is_shared:
            sides = PartMean(values=a, is_in=rows.in_a), PartMean(values=b, is_in=rows.in_b)
            return _of_two_parts(sides, rows.clusters, settings)
        if np.array_equal(a, b) and not np.isin(a, (0.0, 1.0)).all():
            # Other numbers of the metric differ: the model may do so here another time.
            tested = replace(_identical(known, settings, is_mean=True).tested, test="sign-flips")
            return _Found(tested, 0, 0)
        return _of_mean(a, b, rows.clusters, settings)

    def _resampled_test(self, column: int, known: Difference) -> Tested:
        if known.n_clusters < MIN_CLUSTERS:
            return Tested("", note=f"fewer than {MIN_CLUSTERS} independent samples")
        return self._resampled.tested(column, self._settings.level)

    @cached_property
    def _resampled(self) -> ResampledDifference:
        """All samples together: a quantity of a part of them sees the others without weight."""
        part, settings = self._part, self._settings
        return ResampledDifference(
            self._metric,
            (part.a, part.b),
            part.clusters,
            seed=settings.seed,
            n_resamples=settings.n_whole if part.slice is None else N_SLICE,
        )


def _completed(known: Difference, found: _Found, settings: Settings) -> Difference:
    tested = _finite_test(found.tested)
    stderr = tested.stderr or stderr_of(tested.interval)
    difference = (known.candidate or 0.0) - (known.baseline or 0.0)
    is_student = tested.test in {"paired-t", "sign-flips"} and known.n_clusters > 1
    freedom = known.n_clusters - 1 if is_student else tested.freedom
    detectable = None
    if stderr:
        detectable = minimum_detectable_effect(
            stderr, alpha=1 - settings.level, degrees_of_freedom=freedom
        )
    return replace(
        known,
        difference=difference,
        interval=tested.interval and _within_range(tested.interval, known.quantity, difference),
        stderr=stderr,
        p_value=tested.p_value,
        test=tested.test,
        detectable=detectable,
        n_higher=found.n_higher,
        n_lower=found.n_lower,
        note=tested.note,
    )


def _identical(known: Difference, settings: Settings, *, is_mean: bool) -> _Found:
    """Say what no difference at all on n samples tells: few others would differ.

    The interval is that of a share of 0 in n, times the range of the quantity; where it has no
    bounds, times its own size. A largest value has none: one sample more may be anywhere.
    """
    quantity, size = known.quantity, abs(known.baseline or 0.0)
    has_bounds = quantity.low is not None and quantity.high is not None
    span = (quantity.high or 0.0) - (quantity.low or 0.0) if has_bounds else size
    share = None
    if not quantity.is_maximum:
        share = tango_interval(0, 0, known.n_clusters, settings.level)
    # + 0.0: of a number that is 0 the lower end would be -0.
    interval = share and replace(share, low=share.low * span + 0.0, high=share.high * span)
    n_moved = 0 if is_mean else None
    tested = Tested("identical", interval, None, 1.0, "identical on every sample")
    return _Found(tested, n_moved, n_moved)


def _of_mean(a: Floats, b: Floats, clusters: Integers | None, settings: Settings) -> _Found:
    is_binary = bool(np.isin(a, (0.0, 1.0)).all() and np.isin(b, (0.0, 1.0)).all())
    test = paired_proportions if is_binary else paired_difference
    found = test(a, b, clusters, settings.level)
    tested = Tested(_name_of(found), found.interval, found.stderr, found.p_value)
    if found.difference and found.stderr == 0 and found.interval is None:
        tested = _all_moved_alike(found, settings)
    elif tested.test != "mcnemar-exact":
        tested = _flipped(tested, found, b - a, clusters, settings)
    return _Found(tested, found.n_higher, found.n_lower)


def _of_two_parts(
    sides: tuple[PartMean, PartMean], clusters: Integers | None, settings: Settings
) -> _Found:
    own = two_part_difference(*sides, clusters, level=settings.level)
    found = own.found
    test = "newcombe-parts" if own.is_hybrid else "welch-parts"
    tested = Tested(test, found.interval, found.stderr, found.p_value, freedom=own.freedom)
    if own.fewest < MIN_CLUSTERS and not own.is_hybrid:
        note = f"fewer than {MIN_CLUSTERS} independent samples on one side"
        tested = Tested("", note=note)
    elif found.interval is None:
        tested = replace(tested, note="no spread is known")
    return _Found(tested, found.n_higher, found.n_lower)


def _flipped(
    tested: Tested,
    found: PairedDifference,
    differences: Floats,
    clusters: Integers | None,
    settings: Settings,
) -> Tested:
    """Take p from sign flips where Student's theory is not to be trusted.

    So it is with few samples that moved, and with clusters, of which a few large ones may have
    most of the data. An interval from fewer than ten units would be a guess.
    """
    n_moved = found.n_higher + found.n_lower
    if clusters is not None or n_moved < FEW_DISCORDANT:
        p_value = sign_flip_test(differences, seed=settings.seed, clusters=clusters).p_value
        suffix = "sign-flips" if clusters is None else "sign-flips-clustered"
        tested = replace(tested, test=suffix, p_value=p_value)
    if found.n_units < MIN_CLUSTERS:
        note = f"fewer than {MIN_CLUSTERS} independent samples"
        tested = replace(tested, interval=None, stderr=None, note=note)
    elif found.interval is None:
        tested = replace(tested, note="no spread is known")
    return tested


def _all_moved_alike(found: PairedDifference, settings: Settings) -> Tested:
    """Judge by the count of units what has no spread: all of them moved by the same."""
    size = abs(found.difference or 0.0)
    n_higher, n_lower = (found.n_units * (count > 0) for count in (found.n_higher, found.n_lower))
    share = tango_interval(n_higher, n_lower, found.n_units, settings.level)
    interval = share and replace(share, low=share.low * size, high=share.high * size)
    p_value = mcnemar_p(n_higher, n_lower)
    return Tested("sign-flips", interval, None, p_value, "all samples moved by the same")


def _name_of(found: PairedDifference) -> str:
    if found.interval is not None and found.interval.method == "tango":
        return "mcnemar-exact"
    return "paired-t"


def _within_range(interval: Interval, quantity: Quantity, difference: float) -> Interval:
    """Cut off what no difference of the quantity can be."""
    if quantity.low is None or quantity.high is None:
        return interval
    most = max(quantity.high - quantity.low, abs(difference))
    return interval.within(-most, most)


def _finite_test(tested: Tested) -> Tested:
    """Take back what overflowed: one statistic beyond all measure must not end the judgement."""
    interval = tested.interval
    ends = (0.0, 0.0) if interval is None else (interval.low, interval.high)
    if np.isfinite((*ends, tested.stderr or 0.0, tested.p_value or 0.0)).all():
        return tested
    return Tested("", note="the spread is no finite number")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
