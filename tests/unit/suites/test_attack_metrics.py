from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from harness.core.attacked import Attacked, Outcome
from harness.core.metric_abilities import MetricOfParts
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.metrics.accuracy_under_attack import AccuracyUnderAttack
from harness.suites.metrics.attack import ATTACK_METRICS, METRICS_WITHOUT_CONTROL
from harness.suites.metrics.attack_change import AttackChange
from harness.suites.metrics.attack_control import AttackControl
from harness.suites.metrics.attack_control_change import AttackControlChange
from harness.suites.metrics.attack_cost import AttackCost
from harness.suites.metrics.attack_gradients import AttackGradients
from harness.suites.metrics.attack_success import AttackSuccess

SAMPLE = Sample(id="s", index=0, text="a fine old film", targets=("good",))


def outcome_of(outcome: Outcome, n_queries: int = 10, **fields: object) -> Attacked:
    attacked = Attacked(
        outcome=outcome,
        text="a fnie old film",
        label="bad",
        p_right=0.4,
        clean_label="good",
        clean_p_right=0.9,
        n_words=4,
        n_changed=1,
        n_queries=n_queries,
        n_sent=n_queries - 1,
        found_at=n_queries - 2 if outcome is Outcome.SUCCEEDED else 0,
        control=Outcome.FAILED,
    )
    return replace(attacked, **fields)  # type: ignore[arg-type]


# Of ten samples the model is right about eight; five of these are turned, one is left undecided.
OUTPUTS = [
    outcome_of(
        Outcome.SUCCEEDED,
        8,
        control=Outcome.SUCCEEDED,
        control_found_at=5,
        control_n_changed=3,
    ),
    outcome_of(Outcome.SUCCEEDED, 12),
    outcome_of(Outcome.SUCCEEDED, 12, n_changed=3, text="b"),
    outcome_of(Outcome.SUCCEEDED, 20),
    outcome_of(Outcome.SUCCEEDED, 40),
    outcome_of(Outcome.UNDECIDED, 41),
    outcome_of(
        Outcome.FAILED,
        42,
        control=Outcome.SUCCEEDED,
        control_found_at=2,
        control_n_changed=2,
    ),
    outcome_of(Outcome.FAILED, 43),
    outcome_of(Outcome.SKIPPED, 1, control=None),
    outcome_of(Outcome.SKIPPED, 1, control=None),
]


def statistics(metric: object, outputs: list[Attacked] = OUTPUTS) -> np.ndarray:
    scores = [metric.measure(SAMPLE, output) for output in outputs]  # type: ignore[attr-defined]
    assert all(isinstance(score, Scored) for score in scores)
    return np.array([score.statistics for score in scores])


def values(metric: object, weights: np.ndarray | None = None) -> dict[str, float]:
    rows = statistics(metric)
    weights = np.ones((1, len(rows))) if weights is None else weights
    reduced = metric.reduce(rows, weights)[0]  # type: ignore[attr-defined]
    ids = [quantity.id for quantity in metric.quantities]  # type: ignore[attr-defined]
    return dict(zip(ids, reduced, strict=True))


def test_success_is_told_of_those_that_were_right_and_accuracy_of_all() -> None:
    assert values(AttackSuccess()) == {"success_rate": 5 / 8, "undecided_rate": 1 / 8}
    assert values(AccuracyUnderAttack()) == {"accuracy_under_attack": 0.2, "clean_accuracy": 0.8}
    assert values(AttackControl()) == {
        "control_success_rate": 2 / 8,
        "advantage_over_control": pytest.approx(3 / 8),
    }
    assert values(AttackControlChange()) == {"control_perturbed_word_rate": (3 / 4 + 2 / 4) / 2}


def sizes(metric: MetricOfParts, rows: NDArray[np.float64]) -> dict[str, int]:
    return {name: int(part.sum()) for name, part in metric.parts(rows).items()}


def test_gradients_are_averaged_over_the_searches() -> None:
    rows = [replace(output, n_gradients=n) for n, output in enumerate(OUTPUTS)]
    statistics_ = statistics(AttackGradients(), rows)
    reduced = AttackGradients().reduce(statistics_, np.ones((1, len(rows))))
    assert reduced[0, 0] == np.mean(range(8))
    assert sizes(AttackGradients(), statistics_) == {"gradients": 8}


def test_costs_and_changes() -> None:
    queries = [8, 12, 12, 20, 40, 41, 42, 43]
    cost = values(AttackCost())
    assert cost["queries"] == np.mean(queries)
    assert cost["queries_sent"] == np.mean(queries) - 1
    assert cost["queries_median"] == np.median(queries) == 30.0
    change = values(AttackChange())
    assert change["perturbed_word_rate"] == pytest.approx((4 * 1 / 4 + 3 / 4) / 5)
    assert change["words_changed"] == pytest.approx((4 * 1 + 3) / 5)
    assert change["characters_kept"] == pytest.approx((4 * 13 / 15 + 0) / 5)


@pytest.mark.parametrize("metric", ATTACK_METRICS, ids=lambda metric: metric.name)
def test_a_weight_is_a_number_of_repetitions(metric: object) -> None:
    rng = np.random.default_rng(5)
    rows = statistics(metric)
    weights = rng.integers(0, 4, size=(20, len(rows))).astype(float)
    repeated = [
        metric.reduce(np.repeat(rows, w.astype(int), axis=0), np.ones((1, int(w.sum()))))[0]  # type: ignore[attr-defined]
        for w in weights
    ]
    np.testing.assert_allclose(metric.reduce(rows, weights), repeated, rtol=1e-12)  # type: ignore[attr-defined]


@pytest.mark.parametrize("metric", ATTACK_METRICS, ids=lambda metric: metric.name)
def test_where_nothing_was_attacked_there_is_no_number(metric: object) -> None:
    rows = statistics(metric, OUTPUTS[-2:])
    reduced = metric.reduce(rows, np.ones((1, 2)))[0]  # type: ignore[attr-defined]
    if isinstance(metric, AccuracyUnderAttack):
        assert list(reduced) == [0.0, 0.0]
        return
    assert np.isnan(reduced).all()
    assert metric.intervals(rows, None, 0.95) == {}  # type: ignore[attr-defined]
    assert metric.figures(rows) == ()  # type: ignore[attr-defined]


def test_intervals_are_wilsons_over_the_samples_that_count() -> None:
    interval = AttackSuccess().intervals(statistics(AttackSuccess()), None, 0.95)["success_rate"]
    low, high = proportion_confint(5, 8, 0.05, method="wilson")
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-12)
    assert interval.method == "wilson"
    under = AccuracyUnderAttack().intervals(statistics(AccuracyUnderAttack()), None, 0.95)
    low, high = proportion_confint(2, 10, 0.05, method="wilson")
    found = under["accuracy_under_attack"]
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    control = AttackControl().intervals(statistics(AttackControl()), None, 0.95)
    assert list(control) == ["control_success_rate"]


def test_clusters_count_where_their_samples_do() -> None:
    rows = statistics(AttackSuccess())
    clusters = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    found = AttackSuccess().intervals(rows, clusters, 0.95)["success_rate"]
    assert found == AttackSuccess().intervals(rows[:8], clusters[:8], 0.95)["success_rate"]
    assert found.method == "wilson-clustered"


def test_the_number_of_samples_is_that_of_the_denominator() -> None:
    assert sizes(AttackSuccess(), statistics(AttackSuccess())) == {
        "success_rate": 8,
        "undecided_rate": 8,
    }
    assert set(sizes(AttackChange(), statistics(AttackChange())).values()) == {5}


def test_the_curve_reaches_the_rates_and_stands_beside_the_controls() -> None:
    (figure,) = AttackSuccess().figures(statistics(AttackSuccess()))
    assert figure.data["n"] == 8
    curves: Any = figure.data["curves"]
    attack, control = curves
    assert attack["n_queries"] == [1, 6, 10, 18, 38, 43]
    assert attack["success_rate"] == [0.0, 1 / 8, 3 / 8, 4 / 8, 5 / 8, 5 / 8]
    assert control["n_queries"] == [1, 2, 5, 43]
    assert control["success_rate"] == [0.0, 1 / 8, 2 / 8, 2 / 8]


def test_a_recipe_without_control_has_one_curve_and_no_such_metric() -> None:
    alone = [replace(output, control=None) for output in OUTPUTS]
    (figure,) = AttackSuccess().figures(statistics(AttackSuccess(), alone))
    assert [curve["label"] for curve in figure.data["curves"]] == ["attack"]  # type: ignore[attr-defined]
    assert isinstance(AttackControl().measure(SAMPLE, alone[0]), Unscored)
    assert {m.name for m in ATTACK_METRICS} - {m.name for m in METRICS_WITHOUT_CONTROL} == {
        "attack_control",
        "attack_control_change",
    }


@pytest.mark.parametrize("metric", ATTACK_METRICS, ids=lambda metric: metric.name)
def test_only_outcomes_of_attacks_are_measured(metric: object) -> None:
    output: Output = Generation(text="x", finish_reason="stop")
    score = metric.measure(SAMPLE, output)  # type: ignore[attr-defined]
    assert score == Unscored("the outcome of an attack is needed, not a Generation")


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a fine old film", 1.0), ("a fine film", 11 / 15), ("", 0.0), ("a fine olds film", 15 / 16)],
)
def test_characters_kept(text: str, kept: float) -> None:
    score = AttackChange().measure(SAMPLE, replace(OUTPUTS[0], text=text))
    assert isinstance(score, Scored)
    assert score.statistics[2] == pytest.approx(kept)


def test_what_a_template_puts_around_a_text_is_no_part_of_the_characters_kept() -> None:
    text = f"~~~~ {SAMPLE.text}\nLabel:"
    framed = replace(SAMPLE, text=text, open_spans=((5, 5 + len(SAMPLE.text)),))
    bare, within = (
        AttackChange().measure(sample, replace(OUTPUTS[0], text=sample.text.replace("old ", "")))
        for sample in (SAMPLE, framed)
    )
    assert isinstance(bare, Scored)
    assert bare == within


def test_an_original_without_words_has_no_rate() -> None:
    assert isinstance(AttackChange().measure(SAMPLE, replace(OUTPUTS[0], n_words=0)), Unscored)
