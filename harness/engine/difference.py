"""From two columns of statistics to differences: the whole suite, and each slice of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.abilities import MetricOfWhole
from harness.core.comparison import Difference
from harness.core.ports import Metric
from harness.engine.align import Aligned, Scores
from harness.engine.estimate import MIN_CLUSTERS, slices_told, stderr_of
from harness.engine.resampled_difference import ResampledDifference, Tested
from harness.engine.sample_values import mean_values
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The samples of the suite, or of one slice, that both sides have scored."""

    a: Floats
    b: Floats
    values_a: Floats
    """(m, q), each quantity on each sample alone."""
    values_b: Floats
    clusters: Integers | None
    n_lost: int
    slice: tuple[str, str] | None

    @property
    def n_clusters(self) -> int:
        return len(self.a) if self.clusters is None else len(np.unique(self.clusters))


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
    both = np.concatenate([scores.a, scores.b])
    values, means = mean_values(metric, both)
    whole = _Part(
        a=scores.a,
        b=scores.b,
        values_a=values[:m],
        values_b=values[m:],
        clusters=None if aligned.clusters is None else aligned.clusters[scores.rows],
        n_lost=len(scores.lost),
        slice=None,
    )
    common = replace(common, n_unpaired=scores.n_unpaired)
    yield from _of_part(metric, whole, means, common, settings)
    if isinstance(metric, MetricOfWhole):
        return
    for part in _slices(aligned, scores, whole, settings.part_slices):
        yield from _of_part(metric, part, means, replace(common, n_unpaired=0), settings)


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
    aligned: Aligned, scores: Scores, whole: _Part, part_slices: Sequence[str]
) -> Iterator[_Part]:
    for name, column in sorted(aligned.slices.items()):
        values = np.array([column[i] for i in scores.rows], dtype=object)
        texts = {text for text in column if text is not None}
        for text in slices_told(name, texts, part_slices):
            chosen = np.flatnonzero(values == text)
            yield _Part(
                a=whole.a[chosen],
                b=whole.b[chosen],
                values_a=whole.values_a[chosen],
                values_b=whole.values_b[chosen],
                clusters=None if whole.clusters is None else whole.clusters[chosen],
                n_lost=sum(column[i] == text for i in scores.lost),
                slice=(name, text),
            )


def _of_part(
    metric: Metric,
    part: _Part,
    means: NDArray[np.bool_],
    common: Difference,
    settings: Settings,
) -> Iterator[Difference]:
    is_slice = part.slice is not None
    chosen = [
        (i, quantity)
        for i, quantity in enumerate(metric.quantities)
        if quantity.is_headline or not is_slice
    ]
    n, n_clusters = len(part.a), part.n_clusters
    common = replace(common, slice=part.slice, n=n, n_clusters=n_clusters, n_lost=part.n_lost)
    if not n:
        for _, quantity in chosen:
            yield replace(common, quantity=quantity, note="no sample was scored on both sides")
        return
    weights = np.ones((1, n))
    a, b = metric.reduce(part.a, weights)[0], metric.reduce(part.b, weights)[0]
    is_same = np.array_equal(part.a, part.b)
    resampled = None
    if not is_same and not all(means[i] for i, _ in chosen):
        resampled = ResampledDifference(
            metric,
            (part.a, part.b),
            part.clusters,
            seed=settings.seed,
            n_resamples=N_SLICE if is_slice else settings.n_whole,
        )
    for i, quantity in chosen:
        known = replace(common, quantity=quantity, baseline=_finite(a[i]), candidate=_finite(b[i]))
        if known.baseline is None or known.candidate is None:
            yield replace(known, note="undefined on the common samples")
            continue
        if is_same:
            found = _identical(known, settings, is_mean=bool(means[i]))
        elif resampled is None or means[i]:
            found = _of_mean(part.values_a[:, i], part.values_b[:, i], part.clusters, settings)
        else:
            found = _Found(tested=resampled.tested(i, settings.level))
        yield _completed(known, found, settings)


def _completed(known: Difference, found: _Found, settings: Settings) -> Difference:
    tested = _finite_test(found.tested)
    stderr = tested.stderr or stderr_of(tested.interval)
    difference = (known.candidate or 0.0) - (known.baseline or 0.0)
    is_student = tested.test in {"paired-t", "sign-flips"} and known.n_clusters > 1
    freedom = known.n_clusters - 1 if is_student else None
    detectable = None
    if stderr:
        detectable = minimum_detectable_effect(
            stderr, alpha=1 - settings.level, degrees_of_freedom=freedom
        )
    return replace(
        known,
        difference=difference,
        interval=tested.interval,
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
    bounds, times its own size.
    """
    quantity, size = known.quantity, abs(known.baseline or 0.0)
    has_bounds = quantity.low is not None and quantity.high is not None
    span = (quantity.high or 0.0) - (quantity.low or 0.0) if has_bounds else size
    share = tango_interval(0, 0, known.n_clusters, settings.level)
    interval = share and replace(share, low=share.low * span, high=share.high * span)
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


def _finite_test(tested: Tested) -> Tested:
    """Take back what overflowed: one statistic beyond all measure must not end the judgement."""
    interval = tested.interval
    ends = (0.0, 0.0) if interval is None else (interval.low, interval.high)
    if np.isfinite((*ends, tested.stderr or 0.0, tested.p_value or 0.0)).all():
        return tested
    return Tested("", note="the spread is no finite number")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
