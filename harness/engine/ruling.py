"""The verdict on one number: by its test, its interval, and what has been lost or is noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.core.comparison import Difference
from harness.core.policy import Gate
from harness.core.score import Direction
from harness.core.verdict import Verdict
from harness.engine.reasons import (
    invalid_reason,
    lost_reason,
    method_reason,
    noise_reason,
    reason_of,
)
from harness.stats.equivalence import judge_change
from harness.stats.paired_runs import needed_pairs
from harness.stats.power import needed_n
from harness.stats.quantiles import normal_quantile

_MIN_IDENTICAL = 10
"""Fewer samples than this, all alike, tell nothing even of one and the same model."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A difference on its way to a finding."""

    difference: Difference
    gate: Gate | None
    is_valid: bool
    margin: float
    noise_floor: float | None
    is_same_model: bool
    breach: str = ""
    """Why no verdict may rest on the figure, of either side; empty where one may."""
    is_of_method: bool = False
    """Whether it tells what a method of explanation is worth, and not what a model is."""
    share: float | None = None
    """The margin as a share of the baseline's value; None for an absolute one."""

    @property
    def range(self) -> float:
        """How far a sample can move the number, at most; the number's own size without bounds."""
        low, high = self.difference.quantity.low, self.difference.quantity.high
        if low is None or high is None:
            return abs(self.difference.baseline or 0.0)
        return high - low

    @property
    def possible_loss(self) -> float:
        """What the samples that the candidate has no score for would cost, were they all lost.

        Of a number that is no mean (F1, AUC, BLEU) one sample may cost any part of its range.
        """
        n, n_lost = min(self.difference.sizes), self.difference.n_lost
        if not n_lost:
            return 0.0
        is_mean = self.difference.n_higher is not None
        return self.range * n_lost / (n + n_lost) if is_mean else self.range


def needed_samples(draft: Draft, alpha: float) -> int | None:
    """Return how many samples (pairs of rounds) would decide, clustered as these are.

    Of a number that is made of a part of the samples it is the size of that part, on one side.

    None where these are as many: then it was chance, or a change about as large as the margin,
    that left the matter open.
    """
    difference, margin = draft.difference, draft.margin
    square = normal_quantile(1 - alpha / 2) ** 2
    if draft.share and _is_at_best(draft):
        wanted = math.ceil(square * (1 / draft.share - 1) * difference.n / difference.n_clusters)
        return wanted if wanted > difference.n else None
    if not difference.stderr or margin <= 0:
        return None
    if difference.quantity.unit == "round":
        wanted = needed_pairs(margin, difference.stderr**2 * difference.n, alpha=alpha)
    elif difference.test == "identical" or _has_none_moved(difference):
        # The interval of nothing in n samples is z² / (n + z²) of the range.
        wanted = math.ceil(
            square * (draft.range / margin - 1) * difference.n / difference.n_clusters
        )
    else:
        variance = difference.stderr**2 * min(difference.sizes)
        if not math.isfinite(variance / margin**2):
            return None
        wanted = needed_n(margin, variance, alpha=alpha)
    return wanted if wanted > min(difference.sizes) else None


def _has_none_moved(difference: Difference) -> bool:
    """Tell whether a mean is over the same samples on both sides, and the same on each."""
    return difference.n_higher == difference.n_lower == 0 and len(difference.sizes) == 1


def verdict_on(
    draft: Draft, p_adjusted: float | None, *, is_significant: bool
) -> tuple[Verdict, str]:
    """Return the verdict on one number, and why in one sentence."""
    difference = draft.difference
    if difference.is_absent:
        return Verdict.INCONCLUSIVE, difference.note
    if draft.breach:
        return Verdict.INVALID, draft.breach
    if not draft.is_valid or difference.difference is None:
        return Verdict.INVALID, invalid_reason(difference)
    verdict = _by_test(draft, is_significant=is_significant)
    passes = (Verdict.EQUIVALENT, Verdict.IMPROVED)
    if verdict in passes and not _stands(draft, verdict, is_significant=is_significant):
        return Verdict.INCONCLUSIVE, lost_reason(difference, draft.margin)
    no_change = _why_no_change(draft)
    if no_change and verdict in (Verdict.REGRESSED, Verdict.IMPROVED):
        return Verdict.INCONCLUSIVE, no_change
    is_same = draft.is_same_model
    return verdict, reason_of(difference, verdict, draft.margin, p_adjusted, is_same_model=is_same)


def _why_no_change(draft: Draft) -> str:
    """Return why a proven change makes the candidate no better and no worse; empty if it may."""
    difference, floor = draft.difference, draft.noise_floor
    if floor and abs(difference.difference or 0.0) <= floor:
        return noise_reason(difference, floor)
    return method_reason(difference) if draft.is_of_method and draft.gate is None else ""


def _stands(draft: Draft, verdict: Verdict, *, is_significant: bool) -> bool:
    """Tell whether a pass stands if every sample without a score was lost in full.

    A candidate must not pass because it failed exactly where it would have been wrong.
    """
    if not draft.difference.n_lost:
        return True
    if _is_at_best(draft):
        return False
    if draft.is_same_model and draft.difference.test == "identical":
        return draft.possible_loss < draft.margin
    worst = _by_test(draft, is_significant=is_significant, penalty=draft.possible_loss)
    return worst in (verdict, Verdict.EQUIVALENT)


def _is_certain(draft: Draft) -> bool:
    """Tell whether what is alike everywhere would be so again.

    A figure that is the same in every process (a peak of memory) does not depend on luck.
    """
    if draft.difference.quantity.unit == "round":
        return True
    return draft.is_same_model and draft.difference.n_clusters >= _MIN_IDENTICAL


def _is_at_best(draft: Draft) -> bool:
    """Tell whether every sample has the best value there is, 0, on both sides.

    A share of 0 is 0: by such a margin no number of samples could pass.
    """
    difference, quantity = draft.difference, draft.difference.quantity
    is_zero = quantity.low == difference.baseline == difference.candidate == 0.0
    is_mean_of_equals = difference.test == "identical" and difference.n_higher == 0
    return (
        draft.share is not None
        and quantity.direction is Direction.LOWER
        and quantity.unit != "round"
        and is_zero
        and is_mean_of_equals
    )


def _by_share_of_samples(draft: Draft) -> Verdict:
    """Judge what is at its best everywhere by how many other samples may not be so.

    A loss has no scale there. Numbers that agree elsewhere have intervals of that share times
    their size, and so are held by it as well.
    """
    interval = draft.difference.interval
    if interval is None or draft.share is None:
        return Verdict.INCONCLUSIVE
    square = normal_quantile((1 + interval.level) / 2) ** 2
    most = square / (draft.difference.n_clusters + square)
    return Verdict.EQUIVALENT if most < draft.share else Verdict.INCONCLUSIVE


def _by_test(draft: Draft, *, is_significant: bool, penalty: float = 0.0) -> Verdict:
    """Judge by test and interval, the interval moved for the worse by a penalty."""
    difference = draft.difference
    if difference.quantity.unit == "round" and difference.p_value is None:
        return Verdict.INCONCLUSIVE  # rounds of two runs, or too few: they only inform
    if difference.test == "identical" and not penalty and _is_certain(draft):
        return Verdict.EQUIVALENT
    if _is_at_best(draft):
        return _by_share_of_samples(draft)
    low = high = difference.difference or 0.0
    if difference.interval is not None:
        low, high = difference.interval.low, difference.interval.high
    elif not is_significant:
        return Verdict.INCONCLUSIVE
    # Where all resamples agree (all was right, and nothing is) there are a p and no interval; of a
    # largest value nothing shows that the change stays within a margin.
    margin = 0.0 if difference.quantity.is_maximum else draft.margin
    direction = difference.quantity.direction
    loss = penalty if direction is Direction.LOWER else -penalty
    return judge_change(
        min(low, low + loss),
        max(high, high + loss),
        margin,
        direction,
        is_significant=is_significant,
    )
