"""What explanations are worth, on cases small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.core.explained import SHARES, Attribution, Explained, Trial
from harness.core.ports import Metric
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.stats.mean import skewed_mean_interval
from harness.stats.proportion import proportion_interval
from harness.suites.metrics.explanation import EXPLANATION_METRICS
from harness.suites.metrics.explanation_additivity import ExplanationAdditivity
from harness.suites.metrics.explanation_cost import ExplanationCost
from harness.suites.metrics.explanation_decisions import ExplanationDecisions
from harness.suites.metrics.explanation_faithfulness import ExplanationFaithfulness
from harness.suites.metrics.explanation_gradients import ExplanationGradients
from harness.suites.metrics.explanation_infidelity import ExplanationInfidelity
from harness.suites.metrics.explanation_stability import ExplanationStability

SAMPLE = Sample(id="a", index=0, text="x y z")
NONE, ALL = (False,) * 5, (True,) * 5


def trial(
    without: tuple[float, ...],
    alone: tuple[float, ...],
    is_turned: tuple[bool, ...] = NONE,
    is_kept: tuple[bool, ...] = ALL,
) -> Trial:
    return Trial(without=without, alone=alone, is_turned=is_turned, is_kept=is_kept)


EXPLAINED = Explained(
    outputs=("bad", "good"),
    unit="probability",
    chosen=1,
    whole=(0.1, 0.9),
    blank=(0.5, 0.5),
    spans=((0, 2), (2, 4), (4, 5)),
    attribution=Attribution(
        values=((-0.1, 0.1), (-0.2, 0.2), (-0.05, 0.05)), base=(0.5, 0.5), total=(0.1, 0.9)
    ),
    trial=trial(
        (0.7, 0.7, 0.6, 0.4, 0.3),
        (0.5, 0.6, 0.7, 0.8, 0.95),
        is_turned=(False, False, False, True, True),
    ),
    random=(
        trial((0.9,) * 5, (0.5,) * 5, is_kept=NONE),
        trial((0.8,) * 5, (0.7,) * 5, is_turned=(False, False, False, True, True)),
    ),
    infidelity=0.02,
    n_queries=12,
    n_sent=7,
    n_gradients=3,
    n_points=102,
    n_audit_queries=80,
    n_audit_sent=60,
)


def measured(metric: Metric, explained: Explained = EXPLAINED) -> dict[str, float]:
    score = metric.measure(SAMPLE, explained)
    assert isinstance(score, Scored)
    values = metric.reduce(np.array([score.statistics]), np.ones((1, 1)))[0]
    return {q.id: float(v) for q, v in zip(metric.quantities, values, strict=True)}


def reason(metric: Metric, explained: Explained) -> Unscored:
    score = metric.measure(SAMPLE, explained)
    assert isinstance(score, Unscored)
    return score


def eraser_aopc(instances: list[Explained], kind: str) -> float:
    """Return ERASER's score: the mean of full less thresholded over a table, texts by shares."""
    table = []
    for one in instances:
        outputs = {"comprehensiveness": one.trial.without, "sufficiency": one.trial.alone}[kind]
        by_share = dict(zip(SHARES, outputs, strict=True))
        full = dict(zip(one.outputs, one.whole, strict=True))[one.outputs[one.chosen]]
        table.append([full - by_share[share] for share in sorted(by_share)])
    return float(np.average(np.array(table)))


def test_faithfulness_is_that_of_eraser() -> None:
    other = replace(EXPLAINED, chosen=0, whole=(0.6, 0.4), trial=trial((0.1,) * 5, (0.9,) * 5))
    metric = ExplanationFaithfulness()
    rows = [metric.measure(SAMPLE, one) for one in (EXPLAINED, other)]
    statistics = np.array([row.statistics for row in rows if isinstance(row, Scored)])
    values = metric.reduce(statistics, np.ones((1, 2)))[0]
    for place, kind in enumerate(("comprehensiveness", "sufficiency")):
        assert metric.quantities[place].id == kind
        assert values[place] == pytest.approx(eraser_aopc([EXPLAINED, other], kind), abs=1e-12)


def test_faithfulness_is_held_against_the_random_ranks_of_the_same_text() -> None:
    found = measured(ExplanationFaithfulness())
    assert found["comprehensiveness"] == pytest.approx((0.2 + 0.2 + 0.3 + 0.5 + 0.6) / 5)
    assert found["sufficiency"] == pytest.approx((0.4 + 0.3 + 0.2 + 0.1 - 0.05) / 5)
    assert found["comprehensiveness_gain"] == pytest.approx(0.36 - (0.0 + 0.1) / 2)
    assert found["sufficiency_gain"] == pytest.approx(0.19 - (0.4 + 0.2) / 2)


def test_decisions_are_those_at_a_fifth_of_the_parts() -> None:
    assert measured(ExplanationDecisions()) == {
        "turned_rate": 1.0,
        "turned_gain": 0.5,
        "kept_rate": 1.0,
        "kept_gain": 0.5,
    }


def test_of_one_output_there_is_no_decision() -> None:
    written = replace(EXPLAINED, outputs=("a film",), chosen=0, whole=(-3.0,), blank=(-9.0,))
    assert reason(ExplanationDecisions(), written).is_moot


def test_what_values_in_another_unit_leave_out() -> None:
    assert measured(ExplanationInfidelity()) == {"infidelity": 0.02}
    assert reason(ExplanationInfidelity(), replace(EXPLAINED, infidelity=None)).is_moot


def test_additivity_is_a_share_of_what_is_to_be_explained() -> None:
    assert measured(ExplanationAdditivity()) == {"additivity_error": pytest.approx(0.05 / 0.4)}
    free = replace(EXPLAINED, attribution=replace(EXPLAINED.attribution, base=None, total=None))
    assert reason(ExplanationAdditivity(), free).is_moot
    level = replace(EXPLAINED, attribution=replace(EXPLAINED.attribution, total=(0.5, 0.5)))
    assert not reason(ExplanationAdditivity(), level).is_moot


@pytest.mark.parametrize(("excess", "error"), [(1e-12, 0.0), (1e-6, 2.5e-6)])
def test_rounding_is_no_additivity_error(excess: float, error: float) -> None:
    exact = ((-0.1, 0.1), (-0.2, 0.2), (-0.1, 0.1 + excess))
    found = replace(EXPLAINED, attribution=replace(EXPLAINED.attribution, values=exact))
    assert measured(ExplanationAdditivity(), found) == {
        "additivity_error": pytest.approx(error, rel=1e-6, abs=0.0)
    }


@pytest.mark.parametrize(
    ("base", "total", "is_in_unit", "is_scored"),
    [
        (0.6, 0.6 + 1.1e-16, True, False),
        (0.6, 0.6 + 1e-14, True, False),
        (0.6, 0.6 + 1e-11, True, True),
        (-700.0, -700.0 + 1e-13, True, False),
        (-700.0, -700.0 + 1e-13, False, False),
        (1e-20, 3e-20, False, True),
        (0.0, 0.0, False, False),
    ],
)
def test_a_total_that_rounding_alone_sets_apart_from_its_base_has_no_additivity(
    base: float, total: float, *, is_in_unit: bool, is_scored: bool
) -> None:
    values = ((2e-28,), (-1e-28,), (0.0,))
    own = Attribution(
        values=values, columns=(1,), base=(base,), total=(total,), is_in_output_unit=is_in_unit
    )
    found = replace(EXPLAINED, attribution=own, whole=(total, total), blank=(base, base))
    score = ExplanationAdditivity().measure(SAMPLE, found)
    assert isinstance(score, Scored) == is_scored
    assert is_scored or not reason(ExplanationAdditivity(), found).is_moot


def test_additivity_of_a_method_that_explains_the_chosen_output_alone() -> None:
    own = Attribution(values=((0.3,), (0.0,), (0.1,)), columns=(1,), base=(-2.0,), total=(-1.5,))
    found = measured(ExplanationAdditivity(), replace(EXPLAINED, attribution=own))
    assert found == {"additivity_error": pytest.approx(0.2)}


@pytest.mark.parametrize(
    ("again", "correlation"),
    [((0.3, 0.9, 0.1), 1.0), ((0.2, 0.1, 0.3), -1.0), ((0.2, 0.2, 0.1), 0.866025403784)],
)
def test_stability_is_the_rank_correlation_of_two_seeds(
    again: tuple[float, ...], correlation: float
) -> None:
    second = Attribution(values=tuple((-value, value) for value in again))
    found = measured(ExplanationStability(), replace(EXPLAINED, again=second))
    assert found == {"seed_stability": pytest.approx(correlation)}


def test_rounding_moves_no_rank_between_two_seeds() -> None:
    own = ((0.0, 2e-17), (0.0, 1e-17), (0.0, 0.1))
    noisy = replace(
        EXPLAINED,
        attribution=replace(EXPLAINED.attribution, values=own),
        again=Attribution(values=((0.0, -3e-18), (0.0, 1e-28), (0.0, 0.2))),
    )
    assert measured(ExplanationStability(), noisy) == {"seed_stability": pytest.approx(1.0)}
    flat = Attribution(values=((0.0, 1e-28), (0.0, 3e-28), (0.0, 2e-28)))
    assert not reason(ExplanationStability(), replace(EXPLAINED, again=flat)).is_moot


def test_gradients_are_held_against_the_largest_of_them() -> None:
    small = Attribution(values=((0.0, 1e-28), (0.0, 3e-28), (0.0, 2e-28)), is_in_output_unit=False)
    found = measured(ExplanationStability(), replace(EXPLAINED, attribution=small, again=small))
    assert found == {"seed_stability": pytest.approx(1.0)}


def test_a_method_that_draws_nothing_has_no_stability() -> None:
    assert reason(ExplanationStability(), EXPLAINED).is_moot
    alike = Attribution(values=((0.0, 0.1),) * 3)
    assert not reason(ExplanationStability(), replace(EXPLAINED, again=alike)).is_moot


def test_what_it_costs() -> None:
    capped = replace(EXPLAINED, attribution=replace(EXPLAINED.attribution, is_capped=True))
    assert measured(ExplanationCost(), capped) == {
        "queries": 12.0,
        "queries_sent": 7.0,
        "audit_queries_sent": 60.0,
        "capped_rate": 1.0,
    }


def test_what_is_asked_about_the_inside() -> None:
    assert measured(ExplanationGradients()) == {"gradients": 102.0}
    assert (
        "before points" in reason(ExplanationGradients(), replace(EXPLAINED, n_points=None)).reason
    )
    assert reason(ExplanationGradients(), replace(EXPLAINED, n_gradients=0)).is_moot


@pytest.mark.parametrize("metric", [ExplanationFaithfulness(), ExplanationDecisions()])
def test_a_text_of_one_part_has_no_ranks_to_try(metric: Metric) -> None:
    one = replace(EXPLAINED, spans=((0, 5),), attribution=Attribution(values=((-0.4, 0.4),)))
    assert reason(metric, one).is_moot
    assert measured(metric)


def test_shares_have_wilsons_interval_and_no_other_mean_has_it() -> None:
    """Gains that all happen to be 0 or 1 may be anything from -1 to 1 in the next texts."""
    rows = np.array([[1.0, 0.0, 0.0, 1.0]] * 4 + [[1.0, 1.0, 0.0, 1.0]])
    found = ExplanationDecisions().intervals(rows, None, 0.95)
    assert found["turned_rate"] == proportion_interval(rows[:, 0], None, 0.95)
    assert found["turned_gain"] == skewed_mean_interval(rows[:, 1], None, 0.95)
    assert "kept_gain" not in found


@pytest.mark.parametrize("metric", EXPLANATION_METRICS, ids=lambda metric: metric.name)
def test_nothing_else_has_a_score(metric: Metric) -> None:
    score = metric.measure(SAMPLE, Generation(text="x", finish_reason="stop"))
    assert isinstance(score, Unscored)
