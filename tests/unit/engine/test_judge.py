"""Findings under a policy, and the one verdict that they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, compared, comparison, same_model, side
from numpy.typing import NDArray

from harness.core.comparison import Comparison, Mismatch, OneSided
from harness.core.errors import ConfigError
from harness.core.history import Alarm
from harness.core.judgement import Finding, Judgement
from harness.core.noise import Noise
from harness.core.policy import Gate, Policy
from harness.core.run import Status
from harness.core.score import Direction, Quantity
from harness.core.verdict import Verdict
from harness.engine.compare import Compared, compare_pair
from harness.engine.judge import Context, judge
from harness.suites.determinism.difference_metric import DifferenceMetric
from harness.suites.metrics.confusion import Confusion
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.perplexity import Perplexity

Floats = NDArray[np.float64]

MATCH = ExactMatch()
CONFUSION = Confusion(labels=("no", "yes"), positive="yes")


def scores(n: int, n_right: int) -> Floats:
    rows = np.zeros((n, 1))
    rows[:n_right] = 1.0
    return rows


def judged(made: Comparison, **policy: Any) -> Judgement:
    (judgement,) = judge([made], Context(policy=Policy(**policy)))
    return judgement


def of(n: int, before: int, after: int, suite: str = "questions") -> Compared:
    a = side({MATCH: scores(n, before)}, suite=suite)
    b = side({MATCH: scores(n, after)}, suite=suite, run="b")
    return compare_pair(a, b, [MATCH], SETTINGS)


def finding(judgement: Judgement, quantity: str = "exact_match") -> Finding:
    (one,) = [f for f in judgement.findings if f.difference.quantity.id == quantity]
    return one


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (800, 700, Verdict.REGRESSED),
        (700, 800, Verdict.IMPROVED),
        (800, 799, Verdict.EQUIVALENT),
        (800, 795, Verdict.INCONCLUSIVE),
    ],
)
def test_the_default_gates_hold_headline_numbers(before: int, after: int, verdict: Verdict) -> None:
    judgement = judged(comparison(of(1000, before, after)))
    assert judgement.verdict is verdict
    (gated,) = judgement.gates
    assert gated.verdict is verdict
    assert gated.margin == 0.01
    assert verdict in judgement.sentence


def test_a_verdict_that_is_open_says_how_many_samples_would_close_it() -> None:
    open_one = finding(judged(comparison(of(200, 120, 119))))
    assert open_one.verdict is Verdict.INCONCLUSIVE
    assert open_one.needed_n is not None
    assert open_one.needed_n > 200
    assert "not ruled out" in open_one.reason


def test_a_number_without_bounds_may_lose_two_in_a_hundred() -> None:
    rows = np.tile([-100.0, 50, 40, 200], (40, 1))
    found = compared(Perplexity(), rows, rows * (1.001, 1, 1, 1))
    gated = [f for f in judged(comparison(found)).gates if f.difference.baseline]
    assert gated
    for one in gated:
        assert one.margin == pytest.approx(0.02 * abs(one.difference.baseline or 0))


def test_the_first_gate_that_fits_holds_a_number() -> None:
    gates = (Gate(metric="exact*", suite="q*", margin=0.2), Gate(metric="*", margin=0.0))
    judgement = judged(comparison(of(300, 200, 180), of(300, 200, 180, "others")), gate=gates)
    by_suite = {f.difference.suite: f for f in judgement.gates}
    assert by_suite["questions"].verdict is Verdict.EQUIVALENT
    assert by_suite["others"].verdict is Verdict.REGRESSED


def test_a_star_gates_headlines_and_another_pattern_whatever_it_fits() -> None:
    rng = np.random.default_rng(0)
    target = (np.arange(200) % 2).astype(float)
    rows = np.stack([target, np.where(rng.random(200) < 0.8, target, 1 - target)], axis=1)
    made = comparison(compared(CONFUSION, rows, rows[:, ::1].copy()))
    stars = {f.difference.quantity.id for f in judged(made, gate=(Gate(),)).gates}
    assert stars == {q.id for q in CONFUSION.quantities if q.is_headline}
    named = judged(made, gate=(Gate(metric="recall[[]*"),)).gates
    assert {f.difference.quantity.id for f in named} == {"recall[no]", "recall[yes]"}


def sliced(before: int, after: int, n_slices: int = 4) -> Compared:
    """One slice moves; the others stay."""
    n = 100 * n_slices
    names = [f"part {i % n_slices}" for i in range(n)]
    a, b = np.zeros((n, 1)), np.zeros((n, 1))
    for rows, n_right in ((a, before), (b, after)):
        rows[::n_slices][:n_right] = 1.0
    return compare_pair(
        side({MATCH: a}, slices={"part": names}), side({MATCH: b}, run="b"), [MATCH], SETTINGS
    )


def test_slices_are_watched_and_never_decide() -> None:
    judgement = judged(comparison(sliced(90, 60)), gate=(Gate(margin=0.5),))
    assert judgement.verdict is Verdict.EQUIVALENT
    watched = {f.difference.slice: f.verdict for f in judgement.watched}
    assert watched["part", "part 0"] is Verdict.REGRESSED
    assert set(watched.values()) == {Verdict.REGRESSED, Verdict.INCONCLUSIVE}


def test_what_a_method_of_explanation_is_worth_makes_no_model_better_or_worse() -> None:
    made = comparison(sliced(90, 60))
    (done,) = made.candidate.evaluations
    own = replace(done, explainer="shap", clean="films")
    of_method = replace(made, candidate=replace(made.candidate, evaluations=(own,)))
    gate = (Gate(metric="nothing else", suite="other"),)
    for each, verdict in ((made, Verdict.REGRESSED), (of_method, Verdict.INCONCLUSIVE)):
        found = [f for f in judged(each, gate=gate).watched if f.difference.slice is not None]
        assert found[0].verdict is verdict
    assert found[0].reason.endswith("on each model, and not which model is better")
    gated = judged(of_method, gate=(Gate(margin=0.01, slice="part=part 0"),))
    assert [f.verdict for f in gated.gates] == [Verdict.REGRESSED]


def test_a_slice_can_be_gated_by_name() -> None:
    gates = (Gate(slice="part=part 0"), Gate(margin=0.5))
    judgement = judged(comparison(sliced(90, 60)), gate=gates)
    assert judgement.verdict is Verdict.REGRESSED
    assert [f.difference.slice for f in judgement.gates] == [None, ("part", "part 0")]


def test_a_gate_that_holds_nothing_is_a_mistake_and_no_pass() -> None:
    judgement = judged(comparison(of(100, 80, 80)), gate=(Gate(), Gate(metric="acuracy")))
    assert judgement.verdict is Verdict.INVALID
    assert "'acuracy'" in judgement.invalid[0]


def test_all_gates_share_one_chance_of_a_false_alarm() -> None:
    many = [of(400, 300, 300, f"suite {i}") for i in range(9)]
    suspect = of(400, 300, 292, "suspect")  # p = 0.008 alone
    alone = judged(comparison(suspect), gate=(Gate(margin=0.0),))
    assert finding(alone).verdict is Verdict.REGRESSED
    among = judged(comparison(*many, suspect), gate=(Gate(margin=0.0),))
    (one,) = [f for f in among.gates if f.difference.suite == "suspect"]
    assert one.p_adjusted == pytest.approx(10 * (one.difference.p_value or 0))
    assert one.verdict is Verdict.INCONCLUSIVE
    plain = judged(comparison(*many, suspect), gate=(Gate(margin=0.0),), correction="none")
    assert plain.verdict is Verdict.REGRESSED


def test_several_candidates_are_one_family() -> None:
    made = [comparison(of(400, 300, 292)) for _ in range(10)]
    judgements = judge(made, Context(policy=Policy(gate=(Gate(margin=0.0),))))
    alone = finding(judgements[0]).difference.p_value or 0.0
    assert [finding(one).p_adjusted for one in judgements] == pytest.approx([10 * alone] * 10)


def noise(floor: float, **fields: Any) -> Noise:
    known = {
        "model": "model", "suite": "questions", "quantity": "exact_match", "suite_hash": "suite",
        "data_hash": "data", "fingerprint": "fingerprint of a", "values": (0.7, 0.8),
        "spread": floor / 4, "floor": floor, "flip_rate": 0.1, "n": 1000,
    }  # fmt: skip
    return Noise(**{**known, **fields})


def test_what_noise_alone_does_is_no_regression_and_no_pass() -> None:
    made = comparison(of(1000, 800, 760))
    assert judged(made).verdict is Verdict.REGRESSED
    (noisy,) = judge([made], Context(policy=Policy(), noise=(noise(0.08),)))
    assert noisy.verdict is Verdict.INCONCLUSIVE
    assert (finding(noisy).margin, finding(noisy).noise_floor) == (0.01, 0.08)
    assert "two runs of one checkpoint" in finding(noisy).reason
    (larger,) = judge([made], Context(policy=Policy(), noise=(noise(0.03),)))
    assert larger.verdict is Verdict.REGRESSED
    (foreign,) = judge([made], Context(policy=Policy(), noise=(noise(0.08, data_hash="other"),)))
    assert foreign.verdict is Verdict.REGRESSED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"candidate_coverage": 0.9}, "90.0% of the candidate's samples were scored"),
        ({"baseline_coverage": 0.5}, "50.0% of the baseline's samples were scored"),
        ({"n_common": 900}, "are on both sides"),
        ({"mismatches": (Mismatch(what="data", baseline="x", candidate="y", sentence="other"),)},
         "other"),
    ],
)  # fmt: skip
def test_numbers_that_may_not_be_judged_by_are_invalid(change: dict[str, Any], words: str) -> None:
    made = comparison(of(1000, 800, 700))
    made = replace(made, pairs=(replace(made.pairs[0], **change),))
    judgement = judged(made)
    assert judgement.verdict is Verdict.INVALID
    assert any(words in reason for reason in judgement.invalid)
    assert finding(judgement).verdict is Verdict.INVALID


def test_a_forced_comparison_is_judged_all_the_same() -> None:
    made = comparison(of(1000, 800, 700), is_forced=True)
    mismatch = Mismatch(what="data", baseline="x", candidate="y", sentence="other data")
    made = replace(made, pairs=(replace(made.pairs[0], mismatches=(mismatch,)),))
    assert judged(made).verdict is Verdict.REGRESSED


@pytest.mark.parametrize("status", [Status.RUNNING, Status.INTERRUPTED])
def test_a_run_that_has_not_ended_is_never_a_pass(status: Status) -> None:
    made = comparison(of(1000, 800, 800))
    made = replace(made, candidate=replace(made.candidate, status=status))
    assert judged(made).verdict is Verdict.INVALID


def test_a_suite_that_one_side_lacks_is_never_a_pass() -> None:
    made = replace(comparison(of(100, 80, 80)), unpaired=("news is in the baseline alone",))
    assert judged(same_model(made)).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("gates", "verdict"),
    [
        ((Gate(metric="exact_match"),), Verdict.EQUIVALENT),
        ((Gate(metric="exact_match"), Gate(metric="ttft")), Verdict.INVALID),
        ((Gate(metric="exact_match"), Gate(metric="tt*", slice="lang=*")), Verdict.INVALID),
        ((Gate(metric="exact_match"), Gate(metric="?*")), Verdict.INVALID),
        ((Gate(metric="exact_match"), Gate(metric="?*", suite="other")), Verdict.INVALID),
        ((Gate(metric="e*"),), Verdict.EQUIVALENT),
        ((Gate(metric="exact_match", suite="questions"),), Verdict.EQUIVALENT),
        ((), Verdict.EQUIVALENT),
    ],
)
def test_a_number_of_one_side_alone_is_never_a_pass_where_a_gate_holds_it(
    gates: tuple[Gate, ...], verdict: Verdict
) -> None:
    made = one_sided(
        Quantity(id="ttft", direction=Direction.LOWER, definition="", high=None),
        Quantity(id="mass", direction=Direction.NEITHER, definition="", is_headline=True),
    )
    judgement = judged(made, gate=gates)
    assert judgement.verdict is verdict
    is_held = any(gate.metric in ("ttft", "tt*", "?*") and gate.suite == "*" for gate in gates)
    assert (made.unpaired[0] in judgement.invalid) is is_held
    assert judged(replace(made, is_forced=True), gate=gates[:1]).verdict is Verdict.EQUIVALENT


def test_a_headline_number_of_one_side_alone_is_held_by_default() -> None:
    made = one_sided(
        Quantity(id="ttft", direction=Direction.LOWER, definition="", is_headline=True)
    )
    assert judged(made).verdict is Verdict.INVALID
    assert judged(made).invalid == made.unpaired


def one_sided(*quantities: Quantity) -> Comparison:
    """Return a comparison of equals, but for numbers that the baseline alone has."""
    text = "metric 'moot' of suite 'questions' on model is in the baseline alone"
    alone = OneSided(suite="questions", model="model", quantities=quantities, sentence=text)
    made = comparison(of(100, 80, 80))
    return same_model(replace(made, unpaired=(text,), one_sided=(alone,)))


def test_a_suite_that_was_not_carried_out_is_told_before_what_follows_from_it() -> None:
    made = comparison(of(100, 80, 80), of(100, 80, 80, suite="timed"))
    whole, broken = made.baseline.evaluations
    baseline = replace(made.baseline, evaluations=(whole, replace(broken, error="it was gone")))
    alone = "metric 'ttft' of suite 'timed' on model is in the baseline alone"
    made = replace(made, baseline=baseline, unpaired=(alone,))

    told = judged(made).invalid

    assert told == ("timed on model was not carried out (baseline): it was gone", alone)


def test_a_proven_loss_is_said_whatever_else_is_invalid() -> None:
    made = replace(comparison(of(1000, 800, 600)), unpaired=("news is in the baseline alone",))
    assert judged(made).verdict is Verdict.REGRESSED


def test_the_same_model_with_the_same_scores_is_equivalent_and_another_has_to_show_it() -> None:
    made = comparison(of(50, 40, 40))
    assert judged(made).verdict is Verdict.INCONCLUSIVE
    judgement = judged(same_model(made))
    assert judgement.verdict is Verdict.EQUIVALENT
    assert "the same model gave the same scores" in finding(judgement).reason


def alarm(**fields: Any) -> Alarm:
    quantity = Quantity(id="exact_match", direction=Direction.HIGHER, definition="")
    known = {
        "model": "model", "suite": "questions", "quantity": quantity, "value": 0.5, "median": 0.8,
        "z": -9.0, "p_adjusted": 1e-6, "n": 30, "is_better": False, "is_confirmed": True,
    }  # fmt: skip
    return Alarm(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "policy", "verdict"),
    [
        ({}, {"history": "fail"}, Verdict.REGRESSED),
        ({}, {}, Verdict.EQUIVALENT),
        ({"is_confirmed": False}, {"history": "fail"}, Verdict.EQUIVALENT),
        ({"is_better": True}, {"history": "fail"}, Verdict.EQUIVALENT),
    ],
)
def test_the_history_decides_only_where_the_policy_says_so(
    fields: dict[str, Any], policy: dict[str, Any], verdict: Verdict
) -> None:
    made = same_model(comparison(of(100, 80, 80)))
    context = Context(policy=Policy(**policy), alarms=(alarm(**fields),))
    (judgement,) = judge([made], context)
    assert judgement.verdict is verdict
    is_told = "exact_match of questions on model is worse" in judgement.sentence
    assert is_told is (verdict is Verdict.REGRESSED)


def test_a_number_of_which_neither_direction_is_better_is_never_gated() -> None:
    rows = np.tile([1.0, 0.0], (30, 1))
    made = comparison(compared(CONFUSION, rows, rows.copy()))
    directed = {q.id for q in CONFUSION.quantities if q.direction is not Direction.NEITHER}
    gated = judged(made, gate=(Gate(metric="?*"),)).gates
    assert {f.difference.quantity.id for f in gated} <= directed


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Gate(margin=-0.1), "cannot be negative"),
        (lambda: Gate(margin=float("nan")), "or without end"),
        (lambda: Policy(slice_margin=float("inf")), "or without end"),
        (lambda: Policy(alpha=0.0), "between 0 and 1"),
        (lambda: Policy(slice_rate=1.0), "between 0 and 1"),
        (lambda: Policy(min_common=1.5), "from 0 to 1"),
        (lambda: Policy(min_history=2), "at least 3"),
    ],
)
def test_an_impossible_policy_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make()


def verdicts(judgements: Sequence[Judgement]) -> list[Verdict]:
    return [judgement.verdict for judgement in judgements]


def test_a_candidate_cannot_pass_by_failing_where_it_would_be_wrong() -> None:
    a, b = scores(1000, 900), scores(1000, 900)
    b[:40] = np.nan
    for run in ("a", "b"):  # the same model and another one
        found = compare_pair(side({MATCH: a}), side({MATCH: b}, run=run), [MATCH], SETTINGS)
        judgement = judged(comparison(found) if run == "b" else same_model(comparison(found)))
        assert judgement.verdict is Verdict.INCONCLUSIVE
        assert "40 samples" in finding(judgement).reason
    few = scores(1000, 900)
    few[:2] = np.nan
    found = compare_pair(side({MATCH: a}), side({MATCH: few}, run="b"), [MATCH], SETTINGS)
    assert judged(comparison(found)).verdict is Verdict.EQUIVALENT


def test_a_number_that_is_no_mean_stands_only_where_no_sample_is_lost() -> None:
    rng = np.random.default_rng(0)
    target = (np.arange(4000) % 2).astype(float)
    rows = np.stack([target, np.where(rng.random(4000) < 0.9, target, 1 - target)], axis=1)
    lost = rows.copy()
    lost[3] = np.nan
    found = compare_pair(
        side({CONFUSION: rows}), side({CONFUSION: lost}, run="b"), [CONFUSION], SETTINGS
    )
    by_id = {f.difference.quantity.id: f.verdict for f in judged(comparison(found)).gates}
    assert by_id["accuracy"] is Verdict.EQUIVALENT
    assert by_id["f1_macro"] is Verdict.INCONCLUSIVE


def test_a_gate_of_a_suite_that_was_left_out_is_no_mistake() -> None:
    policy = Policy(gate=(Gate(suite="questions"), Gate(suite="others")))
    made = comparison(of(500, 400, 400))
    (whole,) = judge([made], Context(policy=policy))
    assert whole.verdict is Verdict.INVALID
    (narrowed,) = judge([made], Context(policy=policy, is_narrowed=True))
    assert narrowed.verdict is Verdict.EQUIVALENT


def test_a_metric_needs_coverage_of_its_own() -> None:
    a, b = scores(1000, 900), scores(1000, 900)
    b[:500] = np.nan
    found = compare_pair(side({MATCH: a}), side({MATCH: b}, run="b"), [MATCH], SETTINGS)
    covered = replace(found, pair=replace(found.pair, candidate_coverage=1.0))
    judgement = judged(comparison(covered))
    assert judgement.verdict is Verdict.INVALID
    assert "500 of 1000 samples" in finding(judgement).reason


def test_the_detectable_effect_is_that_of_a_test_among_all_gates() -> None:
    one = of(400, 300, 292)
    alone = finding(judged(comparison(one))).difference.detectable or 0.0
    made = comparison(one, *[of(400, 300, 290, f"suite {i}") for i in range(29)])
    among = next(iter(judged(made).gates)).difference.detectable or 0.0
    assert among / alone == pytest.approx((3.144 + 0.842) / (1.960 + 0.842), rel=0.01)


def test_samples_needed_where_nothing_differs_are_those_that_suffice() -> None:
    wanted = finding(judged(comparison(of(100, 80, 80)))).needed_n or 0
    assert 375 < wanted < 390
    assert judged(comparison(of(wanted + 1, 300, 300))).verdict is Verdict.EQUIVALENT
    assert judged(comparison(of(wanted - 5, 300, 300))).verdict is Verdict.INCONCLUSIVE


def at_zero(n: int, n_lost: int = 0) -> Comparison:
    """Two checkpoints that answer the same twice, of which one leaves some questions out."""
    a, b = np.zeros((n, 1)), np.zeros((n, 1))
    b[:n_lost] = np.nan
    return comparison(compared(DifferenceMetric(), a, b))


def test_what_is_at_its_best_everywhere_passes_by_how_few_others_would_not_be() -> None:
    few = finding(judged(at_zero(150)), "mean_difference")
    assert (few.verdict, few.margin) == (Verdict.INCONCLUSIVE, 0.0)
    assert few.needed_n == 189  # 1.96² / (n + 1.96²) is less than 2 in 100

    for n, verdict in ((188, Verdict.INCONCLUSIVE), (189, Verdict.EQUIVALENT)):
        assert judged(at_zero(n)).verdict is verdict
    gate = Gate(margin=0.01, kind="relative")
    assert finding(judged(at_zero(300), gate=(gate,)), "mean_difference").needed_n == 381
    strict = judged(at_zero(4000), gate=(Gate(margin=0.0),))
    assert strict.verdict is Verdict.INCONCLUSIVE, "any loss matters, and none is ruled out"
    assert judged(same_model(at_zero(10))).verdict is Verdict.EQUIVALENT
    lost = finding(judged(at_zero(4000, n_lost=1)), "mean_difference")
    assert lost.verdict is Verdict.INCONCLUSIVE
    assert "1 samples that the baseline has a score for have none here" in lost.reason


def test_what_was_at_its_best_and_no_longer_is_has_regressed() -> None:
    a, b = np.zeros((400, 1)), np.zeros((400, 1))
    b[:30, 0] = 1e-6
    made = comparison(compared(DifferenceMetric(), a, b))
    assert finding(judged(made), "mean_difference").verdict is Verdict.REGRESSED


def test_no_end_of_an_interval_is_minus_zero() -> None:
    found = finding(judged(at_zero(50)), "mean_difference")
    interval = found.difference.interval
    assert interval is not None
    assert [math.copysign(1.0, end) for end in (interval.low, interval.high)] == [1.0, 1.0]


def test_a_gate_of_one_candidate_is_not_unused_because_of_another() -> None:
    def of_model(name: str) -> Comparison:
        b = side({MATCH: scores(500, 400)}, model=name, run="b")
        a = side({MATCH: scores(500, 400)}, model=name)
        return comparison(compare_pair(a, b, [MATCH], SETTINGS))

    policy = Policy(gate=(Gate(model="m1"), Gate(model="m2")))
    judgements = judge([of_model("m1"), of_model("m2")], Context(policy=policy))
    assert [judgement.invalid for judgement in judgements] == [(), ()]


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        ((Gate(), Gate(metric="exact_match")), "held by gate[0], which comes first"),
        ((Gate(), Gate(metric="exact_mach")), "did you mean metric 'exact_match'?"),
    ],
)
def test_a_gate_that_holds_nothing_says_why(gates: tuple[Gate, ...], words: str) -> None:
    judgement = judged(comparison(of(500, 400, 400)), gate=gates)
    assert words in judgement.invalid[0]
    assert words in judgement.sentence


def test_nothing_to_judge_is_invalid() -> None:
    made = comparison(of(0, 0, 0))
    assert verdicts(judge([made], Context(policy=Policy()))) == [Verdict.INVALID]
