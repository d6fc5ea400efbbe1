"""Differences of what is measured in rounds: what is tested, and what is only told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, comparison, same_model, side
from fakes.toy_rounds import ToyTiming
from numpy.typing import NDArray
from scipy import stats

from harness.core.comparison import Difference
from harness.core.judgement import Judgement
from harness.core.machine import hardware_key, machine_of, name_of_machine
from harness.core.policy import Gate, Policy
from harness.core.run import Manifest
from harness.core.score import Direction, Quantity
from harness.core.verdict import Verdict
from harness.engine.compare import Compared, Side, compare_pair
from harness.engine.gates import gate_for
from harness.engine.judge import Context, judge
from harness.engine.paired_rounds import ABSENT
from harness.suites.latency.metric import Latency

Floats: TypeAlias = NDArray[np.float64]
METRIC = ToyTiming()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(ToyTiming):
    """A share of failures, which may be 0 in a round."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity(
                id="error_rate@c=1",
                direction=Direction.LOWER,
                definition="share",
                is_headline=True,
                unit="round",
            ),
        )

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        values: Floats = weights @ statistics / weights.sum(axis=1, keepdims=True)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee(ToyTiming):
    """What may be missing: a sweep may have no rate that is sustained."""

    @property
    def name(self) -> str:
        return "toy_knee"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity(
                id="knee@in=8",
                direction=Direction.HIGHER,
                definition="requests/s",
                high=None,
                is_headline=True,
                unit="round",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle(Knee):
    """What is no mean of its rounds: the lower median of them stands for all."""

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        metric = Latency(quantity="knee", load="in=8")
        return metric.reduce(statistics, weights)


def compared(a: Floats, b: Floats, metric: ToyTiming = METRIC, run: str = "a") -> Compared:
    sides = side({metric: a[:, None]}), side({metric: b[:, None]}, run=run)
    return compare_pair(*sides, [metric], SETTINGS)


def row(a: Floats, b: Floats, metric: ToyTiming = METRIC, run: str = "a") -> Difference:
    (found,) = compared(a, b, metric, run).differences
    return found


def rounds(k: int, seed: int = 0) -> Floats:
    return 0.02 * np.exp(np.random.default_rng(seed).normal(0, 0.015, size=k))


def test_it_is_students_test_of_the_log_ratios_told_in_the_units_of_the_quantity() -> None:
    a, b = rounds(8, 1), 1.05 * rounds(8, 2)
    found = row(a, b)
    expected = stats.ttest_rel(np.log(b), np.log(a))
    before, after = stats.gmean(a), stats.gmean(b)
    low, high = np.exp(expected.confidence_interval(0.95))
    assert found.test == "paired-runs-t"
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.baseline, found.candidate) == pytest.approx((before, after), rel=1e-12)
    assert found.difference == pytest.approx(after - before)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(
        ((low - 1) * before, (high - 1) * before)
    )
    assert (found.n, found.n_clusters) == (8, 8)
    assert found.n_higher == int((b > a).sum())


def test_a_share_that_is_0_in_some_round_is_compared_by_what_lies_between() -> None:
    a = np.array([0.0, 0.1, 0.0, 0.0, 0.05, 0.0, 0.0, 0.1])
    b = a + np.array([0.1, 0.2, 0.1, 0.15, 0.1, 0.2, 0.1, 0.1])
    found = row(a, b, Share())
    expected = stats.ttest_rel(b, a)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.difference == pytest.approx(float((b - a).mean()))


def test_nothing_is_tested_between_two_runs() -> None:
    found = row(rounds(8, 1), rounds(8, 2), run="b")
    assert found.is_across_runs
    assert found.difference is not None
    assert (found.interval, found.p_value, found.stderr, found.detectable) == (None,) * 4
    assert "measured in different runs" in found.note


@pytest.mark.parametrize("k", [1, 2, 5])
def test_few_pairs_have_no_p(k: int) -> None:
    found = row(rounds(k, 1), 1.5 * rounds(k, 2))
    assert found.p_value is None
    assert (found.interval is None) == (k == 1)
    assert found.note.endswith(": 6 are needed")
    assert not found.is_across_runs


@pytest.mark.parametrize(("k", "p_value"), [(8, 0.0), (5, None), (1, None)])
def test_a_move_by_the_same_in_every_round_leaves_no_doubt(k: int, p_value: float | None) -> None:
    """The memory that a program reserves: a count of rounds, Holm-adjusted, would hide it."""
    found = row(np.full(k, 4.0), np.full(k, 8.0))

    assert found.difference == pytest.approx(4.0)
    assert found.p_value == p_value
    assert found.interval is None


def test_a_round_that_one_side_has_lost_is_counted() -> None:
    a, b = rounds(8, 1), rounds(8, 2)
    b[3] = np.nan
    found = row(a, b)
    assert (found.n, found.n_lost, found.n_unpaired) == (7, 1, 1)


class TestWhatIsNoMean:
    """A knee is told as the metric has it, and not judged by Student's t of ratios."""

    @staticmethod
    def compared(a: str, b: str) -> Compared:
        """Compare rounds whose knees are 4 (l), 8 (m), 16 (h) requests a second, or none (0)."""
        knees = {"0": 0.0, "l": 4.0, "m": 8.0, "h": 16.0}
        before, after = (np.array([knees[letter] for letter in side]) for side in (a, b))
        return compared(before, after, Middle())

    def row(self, a: str, b: str) -> Difference:
        (found,) = self.compared(a, b).differences
        return found

    @pytest.mark.parametrize(
        ("a", "b", "before", "after"),
        [
            ("mmhhhhhh", "mhhhhhhh", 16.0, 16.0),
            ("mmmmhhhh", "mmmmmhhh", 8.0, 8.0),
            ("00mmmmmm", "lhhhhhhh", 8.0, 16.0),
            ("000", "0mm", 0.0, 8.0),
        ],
    )
    def test_each_side_has_the_value_of_its_table(
        self, a: str, b: str, before: float, after: float
    ) -> None:
        found = self.row(a, b)

        assert (found.baseline, found.candidate) == (before, after)
        assert found.difference == after - before

    @pytest.mark.parametrize(
        ("a", "b", "p_value", "verdict"),
        [
            ("mhhhhhhh", "hhhhhhhm", 1.0, Verdict.INCONCLUSIVE),
            ("hhhhhhhh", "hhhhhhhh", 1.0, Verdict.EQUIVALENT),
            ("hhhhhhhh", "mmmmmmmm", 0.0, Verdict.REGRESSED),
            ("mmmmmmmm", "hhhhhhhh", 0.0, Verdict.IMPROVED),
            ("hhhhhhhh", "mmmmmmlm", 2 / 2**8, Verdict.REGRESSED),
            ("hhhhhhhh", "mmmmmmmh", 2 / 2**7, Verdict.REGRESSED),
            ("hhhhhhhh", "mmmhhhhh", 2 / 2**3, Verdict.INCONCLUSIVE),
            ("mmhhhhhh", "mhhhhhhh", 1.0, Verdict.EQUIVALENT),  # no loss is possible
        ],
    )
    def test_signs_of_rounds_judge_it(
        self, a: str, b: str, p_value: float, verdict: Verdict
    ) -> None:
        found = self.row(a, b)
        assert found.p_value == pytest.approx(p_value)
        assert found.stderr is None

        (judgement,) = judge([comparison(self.compared(a, b))], Context(policy=Policy()))
        assert judgement.verdict is verdict

    def test_few_rounds_only_inform(self) -> None:
        found = self.row("hhm", "mmm")

        assert (found.baseline, found.candidate, found.p_value) == (16.0, 8.0, None)
        assert found.note == "3 pairs of rounds only inform: 6 are needed"


class TestWhatNoSideHas:
    """A knee, say, where no rate of the sweep is sustained by either."""

    lacking, measured = np.full(8, np.nan), rounds(8, 1)

    def judged(self, a: Floats, b: Floats, *gates: Gate) -> Judgement:
        sides = [side({Knee(): x[:, None], METRIC: self.measured[:, None]}) for x in (a, b)]
        made = compare_pair(sides[0], sides[1], [Knee(), METRIC], SETTINGS)
        # A round that sustains no rate was answered all the same.
        pair = replace(made.pair, baseline_coverage=1.0, candidate_coverage=1.0)
        judged = judge([comparison(replace(made, pair=pair))], Context(policy=Policy(gate=gates)))
        return judged[0]

    def test_it_is_not_tested_and_held_by_no_gate(self) -> None:
        found = self.judged(self.lacking, self.lacking)

        knee, timed = found.findings
        assert knee.difference.is_absent
        assert not knee.difference.is_across_runs
        assert (knee.gate, knee.reason) == (None, ABSENT)
        assert timed.gate is not None
        assert found.verdict is Verdict.EQUIVALENT

    @pytest.mark.parametrize("is_candidates", [True, False])
    def test_what_one_side_alone_has_is_a_finding(self, is_candidates: bool) -> None:  # noqa: FBT001 - a parameter of the test
        sides = [self.lacking, self.measured]
        before, after = sides if is_candidates else sides[::-1]
        found = self.judged(before, after)

        assert not found.findings[0].difference.is_absent
        assert found.verdict is Verdict.INVALID

    def test_a_gate_of_it_alone_is_a_mistake(self) -> None:
        found = self.judged(self.lacking, self.lacking, Gate(metric="knee*", margin=0.05))

        assert found.verdict is Verdict.INVALID
        assert "neither side has a value of what it fits" in found.sentence


class TestVerdicts:
    def judged(
        self, a: Floats, b: Floats, *, run: str = "a", policy: Policy | None = None
    ) -> tuple[Verdict, list[Verdict], str]:
        made = comparison(compared(a, b, run=run))
        (judgement,) = judge([made], Context(policy=policy or Policy()))
        gates = [finding.verdict for finding in judgement.gates]
        return judgement.verdict, gates, judgement.findings[0].reason

    def test_a_proven_slowdown_beyond_the_margin(self) -> None:
        verdict, gates, reason = self.judged(rounds(8, 1), 1.1 * rounds(8, 2))
        assert (verdict, gates) == (Verdict.REGRESSED, [Verdict.REGRESSED])
        assert "(+" in reason
        assert reason.startswith("+1.95 ms (+9.7%)")  # of 20 ms
        assert reason.count(" ms") == 3  # what lies between, its interval, the margin
        assert "%)" in reason

    def test_the_same_to_the_byte_in_every_round(self) -> None:
        same = np.full(8, 1e9)
        verdict, gates, reason = self.judged(same, same)
        assert (verdict, gates) == (Verdict.EQUIVALENT, [Verdict.EQUIVALENT])
        assert reason == "the same in all 8 rounds of both"
        assert self.judged(same[:3], same[:3])[0] is Verdict.INCONCLUSIVE

    def test_a_move_by_the_same_in_every_round(self) -> None:
        same = np.full(8, 1e9)
        assert self.judged(same, 1.2 * same)[0] is Verdict.REGRESSED
        assert self.judged(same, 0.8 * same)[0] is Verdict.IMPROVED

    def test_runs_of_two_hours_are_left_to_the_history(self) -> None:
        verdict, gates, reason = self.judged(rounds(8, 1), 2 * rounds(8, 2), run="b")
        assert (verdict, gates) == (Verdict.INCONCLUSIVE, [])
        assert "one spec" in reason
        policy = Policy(gate=(Gate(metric="tpot*", margin=0.03, kind="relative"),))
        verdict, gates, reason = self.judged(rounds(8), 2 * rounds(8, 2), run="b", policy=policy)
        assert (verdict, gates) == (Verdict.INCONCLUSIVE, [Verdict.INCONCLUSIVE])
        assert "one spec" in reason

    def test_equal_models_of_another_fingerprint_need_no_ten_samples(self) -> None:
        made = same_model(comparison(compared(np.full(6, 2.0), np.full(6, 2.0))))
        (judgement,) = judge([made], Context(policy=Policy()))
        assert judgement.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("name", "high", "margin", "kind"),
    [
        ("tpot_p50@c=1", None, 0.03, "relative"),
        ("ttft_p50@c=1", None, 0.05, "relative"),
        ("tpot_p99@c=1", None, 0.10, "relative"),
        ("mem_rss_peak@c=1", None, 0.01, "relative"),
        ("out_tps@c=1", None, 0.05, "relative"),
        ("error_rate@c=1", 1.0, 0.01, "absolute"),
    ],
)
def test_the_margins_without_a_policy(
    name: str, high: float | None, margin: float, kind: str
) -> None:
    quantity = replace(METRIC.quantities[0], id=name, high=high)
    found = gate_for(replace(row(rounds(8), rounds(8, 1)), quantity=quantity), Policy())
    assert found is not None
    assert (found.margin, found.kind) == (margin, kind)


class TestMachines:
    HARDWARE: Mapping[str, str] = {"cpu": "AMD EPYC", "cores": "4", "gpu": "2 x NVIDIA H100"}

    def made(self, **changes: str) -> Manifest:
        manifest = side({METRIC: np.ones((2, 1))}).manifest
        return replace(
            manifest,
            hardware={**self.HARDWARE, **changes},
            packages={"torch": "2.13.0", "pytest": "9"},
        )

    def test_a_key_is_that_of_the_machine_and_of_what_computes(self) -> None:
        first = self.made()
        assert machine_of(first) == {**self.HARDWARE, "torch": "2.13.0"}
        assert hardware_key(first) == hardware_key(replace(self.made(), run_id="another"))
        for other in (self.made(cores="8"), replace(first, packages={"torch": "2.14.0"})):
            assert hardware_key(other) != hardware_key(first)
        assert hardware_key(replace(first, packages={"torch": "2.13.0"})) == hardware_key(first)
        assert name_of_machine(first) == (
            f"AMD EPYC, 4 cores, 2 x NVIDIA H100, key {hardware_key(first)[:8]}"
        )

    def test_two_machines_are_a_mismatch_of_what_is_timed_alone(self) -> None:
        sides = [
            Side(
                manifest=self.made(**changes),
                evaluation=made.evaluation,
                scores=made.scores,
            )
            for changes in ({}, {"cores": "8"})
            for made in [side({METRIC: np.ones((2, 1))})]
        ]
        (mismatch,) = compare_pair(sides[0], sides[1], [METRIC], SETTINGS).pair.mismatches
        assert (mismatch.what, mismatch.baseline, mismatch.candidate) == ("hardware", "'4'", "'8'")
        assert not compare_pair(sides[0], sides[1], [], SETTINGS).pair.mismatches
