"""Figures that were timed from two places are never held against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, side
from fakes.toy_rounds import ToyTiming

from harness.core.run import Evaluation
from harness.engine.comparable import left_out
from harness.engine.compare import Side, compare_pair
from harness.suites.metrics.exact_match import ExactMatch

TIMING = ToyTiming()


def timed(tier: str) -> Side:
    made = side({TIMING: np.ones((8, 1))})
    return replace(made, evaluation=replace(made.evaluation, tier=tier))


def test_two_tiers_are_a_mismatch_with_one_sentence() -> None:
    found = compare_pair(timed("loopback"), timed("remote"), [TIMING], SETTINGS)

    (mismatch,) = found.pair.mismatches
    assert (mismatch.what, mismatch.baseline, mismatch.candidate) == ("tier", "loopback", "remote")
    assert mismatch.sentence == (
        "suite 'questions' was timed from two places, whose figures share no scale: model was in"
        " another process of the machine in the baseline, model on another machine in the candidate"
    )
    assert not found.differences
    forced = compare_pair(timed("loopback"), timed("remote"), [TIMING], SETTINGS, is_forced=True)
    assert forced.differences


@pytest.mark.parametrize("other", ["loopback", ""])
def test_one_tier_or_one_that_was_not_kept_is_none(other: str) -> None:
    assert not compare_pair(timed("loopback"), timed(other), [TIMING], SETTINGS).pair.mismatches


def test_answers_are_the_same_wherever_the_clock_stood() -> None:
    sides = [side({ExactMatch(): np.ones((8, 1))}) for _ in range(2)]
    ends = [
        replace(made, evaluation=replace(made.evaluation, tier=tier))
        for made, tier in zip(sides, ("loopback", "remote"), strict=True)
    ]
    assert not compare_pair(ends[0], ends[1], [ExactMatch()], SETTINGS).pair.mismatches


def told(model: str, *names: str, tier: str = "in-process") -> Evaluation:
    return Evaluation(
        model=model,
        suite="latency",
        capability="generates",
        n_samples=6,
        tier=tier,
        metric_signatures=dict.fromkeys(names, "percentiles:linear"),
    )


WATCHED = (
    "latency:ttft_p50@c=1",
    "latency:tpot_p50@c=1",
    "latency:icl_p50@c=1",
    "latency:icl_p99@c=1",
)
WHOLE = "latency:e2e_p50@c=1"


def test_a_model_that_is_not_watched_is_told_in_one_sentence() -> None:
    both = told("inside", *WATCHED, WHOLE), told("outside", WHOLE)

    (sentence,) = left_out(*both, is_forced=False)

    assert sentence == (
        "metrics 'latency:ttft_p50@c=1', 'latency:tpot_p50@c=1', 'latency:icl_p50@c=1' and 1 more"
        " of suite 'latency' on outside are in the baseline alone: outside is timed from outside,"
        " and only its whole answers have a time"
    )
    (reverse,) = left_out(both[1], both[0], is_forced=False)
    assert reverse.endswith("are in the candidate alone: outside is timed from outside, and only"
                            " its whole answers have a time")  # fmt: skip


def test_a_metric_that_is_missing_for_another_reason_has_none_made_up() -> None:
    silent = told("silent", *WATCHED[:1], *WATCHED[2:], WHOLE)
    assert list(left_out(told("counting", *WATCHED, WHOLE), silent, is_forced=False)) == [
        "metric 'latency:tpot_p50@c=1' of suite 'latency' on silent is in the baseline alone"
    ]
    assert not list(left_out(silent, silent, is_forced=True))
