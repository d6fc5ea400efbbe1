"""What the gate prints beside a verdict is true: intervals, detectable effects, samples needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from fakes.paired_sides import compared, comparison
from fakes.simulated_models import (
    MACRO_F1,
    Sides,
    classified,
    compared_on,
    graded,
    right_or_wrong,
    shift_for,
    translated,
)

from harness.core.judgement import Finding
from harness.core.policy import Gate, Policy
from harness.core.ports import Metric
from harness.core.verdict import Verdict
from harness.engine import difference
from harness.engine.judge import Context, judge
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.token_f1 import TokenF1

MATCH, F1, BLEU = ExactMatch(), TokenF1(), Bleu()
N_STUDIES = 1000
Draw = Callable[[], Sides]


@pytest.fixture(autouse=True)
def fewer_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difference, "N_WHOLE", 499)


def finding(metric: Metric, sides: Sides, *, margin: float = 0.0) -> Finding:
    """Judge one study by a single gate."""
    policy = Policy(gate=(Gate(margin=margin),))
    (judged,) = judge([comparison(compared(metric, *sides))], Context(policy=policy))
    (found,) = judged.gates
    return found


def usually_detectable(metric: Metric, draw: Draw) -> float:
    """Return the effect that is printed as detectable when nothing has changed."""
    printed = [finding(metric, draw()).difference.detectable for _ in range(200)]
    return float(np.median([value for value in printed if value is not None]))


def share(found: Iterable[Finding], *verdicts: Verdict) -> float:
    return float(np.mean([each.verdict in verdicts for each in found]))


def share_held(found: Iterable[Finding], truth: float) -> float:
    intervals = [each.difference.interval for each in found]
    return float(np.mean([i is not None and i.low <= truth <= i.high for i in intervals]))


@pytest.mark.parametrize(
    ("n", "discordance", "test"),
    [(200, 0.05, "mcnemar-exact"), (300, 0.06, "mcnemar-exact"), (1000, 0.1, "paired-t")],
)
def test_right_or_wrong(n: int, discordance: float, test: str) -> None:
    rng = np.random.default_rng(0)
    loss = usually_detectable(MATCH, lambda: right_or_wrong(rng, n, discordance=discordance))
    known: dict[tuple[float, float], Finding] = {}
    found = []
    for _ in range(4000):
        sides = right_or_wrong(rng, n, discordance=discordance, change=-loss)
        counts = (float((sides[1] > sides[0]).sum()), float((sides[1] < sides[0]).sum()))
        if counts not in known:
            known[counts] = finding(MATCH, sides)
        found.append(known[counts])
    assert np.mean([each.difference.test == test for each in found]) > 0.9
    assert share(found, Verdict.REGRESSED) == pytest.approx(0.8, abs=0.03)
    assert share(found, Verdict.IMPROVED) < 0.001
    assert share_held(found, -loss) == pytest.approx(0.95, abs=0.01)


def test_scores_on_a_scale() -> None:
    n = 60
    rng = np.random.default_rng(1)
    loss = usually_detectable(F1, lambda: graded(rng, n))
    found = [finding(F1, graded(rng, n, change=-loss)) for _ in range(N_STUDIES)]
    assert {each.difference.test for each in found} == {"paired-t"}
    assert share(found, Verdict.REGRESSED) == pytest.approx(0.8, abs=0.03)
    assert share_held(found, -loss) == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
def test_a_number_that_is_no_mean() -> None:
    rng = np.random.default_rng(2)
    loss = usually_detectable(MACRO_F1, lambda: classified(rng, 1000))
    shift = shift_for(loss)
    found = [finding(MACRO_F1, classified(rng, 1000, shift=shift)) for _ in range(1000)]
    assert {each.difference.test for each in found} == {"paired-bootstrap"}
    assert share(found, Verdict.REGRESSED) == pytest.approx(0.8, abs=0.03)
    assert share_held(found, -loss) == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
def test_bleu_of_samples_in_clusters() -> None:
    rng = np.random.default_rng(3)
    sources = np.repeat(np.arange(60), 2)
    found = []
    for _ in range(1000):
        both = translated(rng, 120, clusters=sources)
        (only,) = compared_on({BLEU: both}, clusters=sources).differences
        assert (only.test, only.n_clusters) == ("paired-bootstrap", 60)
        found.append(only.interval is not None and only.interval.low <= 0 <= only.interval.high)
    assert np.mean(found) == pytest.approx(0.95, abs=0.01)


def test_as_many_samples_as_are_said_to_be_needed_decide() -> None:
    rng = np.random.default_rng(4)
    margin = 0.01
    wanted = [finding(F1, graded(rng, 100), margin=margin) for _ in range(300)]
    needed = [each.needed_n for each in wanted if each.needed_n is not None]
    n = int(np.median(needed))
    assert min(needed) > 100
    # Of 100 samples few studies decide; of as many as these ask for, four in five do.
    assert share(wanted, Verdict.INCONCLUSIVE) > 0.5
    found = [finding(F1, graded(rng, n), margin=margin) for _ in range(N_STUDIES)]
    assert share(found, Verdict.EQUIVALENT, Verdict.IMPROVED) == pytest.approx(0.8, abs=0.03)
    many = [finding(F1, graded(rng, 4 * n), margin=margin) for _ in range(300)]
    assert share(many, Verdict.EQUIVALENT) > 0.99


def test_samples_in_clusters_are_needed_by_the_cluster() -> None:
    """Copies tell nothing new: with each sample three times, three times as many are needed."""
    rng = np.random.default_rng(5)
    values = graded(rng, 100)
    alone = finding(F1, values, margin=0.01)
    sources = np.repeat(np.arange(100), 3)
    copies = compared_on({F1: (values[0][sources], values[1][sources])}, clusters=sources)
    (judged,) = judge([comparison(copies)], Context(policy=Policy(gate=(Gate(margin=0.01),))))
    (of_copies,) = judged.gates
    assert alone.needed_n is not None
    assert of_copies.needed_n is not None
    assert of_copies.needed_n == pytest.approx(3 * alone.needed_n, rel=0.02)


@pytest.mark.parametrize("n", [12, 300])
@pytest.mark.parametrize("metric", [MATCH, MACRO_F1], ids=["exact_match", "f1_macro"])
def test_all_answers_lost_is_a_loss_though_it_has_no_spread(metric: Metric, n: int) -> None:
    right, wrong = np.ones((n, 1)), np.zeros((n, 1))
    if metric is MACRO_F1:
        targets = (np.arange(n) % 2).astype(np.float64)
        right, wrong = (np.stack([targets, each], axis=1) for each in (targets, 1 - targets))
    lost = finding(metric, (right, wrong))
    assert lost.verdict is Verdict.REGRESSED
    assert lost.reason.startswith("-1, ")
    assert ": a proven loss" in lost.reason
    assert finding(metric, (wrong, right)).verdict is Verdict.IMPROVED
