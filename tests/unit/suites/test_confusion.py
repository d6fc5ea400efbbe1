from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from sklearn import metrics as sk

from harness.core.figure import FigureKind
from harness.core.response import Classification, Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.stats.bootstrap import bootstrap
from harness.stats.proportion import wilson_interval
from harness.suites.metrics.class_counts import ClassCounts
from harness.suites.metrics.confusion import Confusion

ABC = ("a", "b", "c")


def sample(target: str) -> Sample:
    return Sample(id="1", index=0, text="x", targets=(target,))


def answer(*scores: float, labels: tuple[str, ...] = ABC) -> Classification:
    return Classification(labels=labels, scores=scores, is_probability=False)


def values_of(metric: Confusion, targets: list[int], predictions: list[int]) -> dict[str, float]:
    statistics = np.array([targets, predictions], dtype=np.float64).T
    row = metric.reduce(statistics, np.ones((1, len(targets))))[0]
    return dict(zip([quantity.id for quantity in metric.quantities], row.tolist(), strict=True))


def test_measure_keeps_the_indices_of_target_and_prediction() -> None:
    metric = Confusion(labels=ABC)
    assert metric.measure(sample("c"), answer(0.1, 0.9, 0.3)) == Scored((2.0, 1.0))


def test_labels_are_matched_by_name_and_not_by_place() -> None:
    found = Confusion(labels=ABC).measure(sample("a"), answer(0.1, 0.9, labels=("b", "c")))
    assert found == Scored((0.0, 2.0))


def test_a_label_the_model_does_not_know_may_score_minus_infinity() -> None:
    assert Confusion(labels=ABC).measure(sample("a"), answer(1.0, -inf, 0.0)) == Scored((0.0, 0.0))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (answer(0.9, 0.1, labels=("LABEL_1", "a")), "'LABEL_1' is not among the labels a, b, c"),
        (Generation(text="a", finish_reason="stop"), "not a Generation"),
        (answer(0.1, nan, 0.2), "not a number"),
        (answer(-inf, -inf, -inf), "no label has a finite highest score"),
        (answer(0.1, 0.2), "2 scores came back for 3 labels"),
    ],
)
def test_what_cannot_be_compared_is_unscored(
    output: Classification | Generation, reason: str
) -> None:
    found = Confusion(labels=ABC).measure(sample("a"), output)
    assert isinstance(found, Unscored)
    assert reason in found.reason


def test_a_target_outside_the_labels_is_unscored() -> None:
    found = Confusion(labels=ABC).measure(sample("d"), answer(1.0, 0.0, 0.0))
    assert found == Unscored("target 'd' is not among the labels a, b, c")


def test_an_example_by_hand() -> None:
    # a: 3 of 4 found, one taken for b; b: 1 of 2 found, one taken for a; c: nowhere.
    found = values_of(Confusion(labels=ABC), [0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0])
    assert found["accuracy"] == pytest.approx(4 / 6)
    assert found["recall[a]"] == found["precision[a]"] == 0.75
    assert found["f1[b]"] == 0.5
    assert found["f1_macro"] == pytest.approx((0.75 + 0.5) / 2)
    assert found["balanced_accuracy"] == pytest.approx((0.75 + 0.5) / 2)
    assert found["mcc"] == pytest.approx((3 * 1 - 1 * 1) / np.sqrt(4 * 4 * 2 * 2))
    assert np.isnan([found["recall[c]"], found["precision[c]"], found["f1[c]"]]).all()


def test_a_class_never_predicted_is_zero_in_the_macro_mean_and_undefined_alone() -> None:
    targets, predictions = [0, 0, 1], [0, 0, 0]
    found = values_of(Confusion(labels=ABC), targets, predictions)
    assert np.isnan(found["precision[b]"])
    assert found["recall[b]"] == found["f1[b]"] == 0
    for kind, score in (("precision", sk.precision_score), ("f1", sk.f1_score)):
        expected = score(targets, predictions, average="macro", zero_division=0)
        assert found[f"{kind}_macro"] == pytest.approx(expected)


def test_binary_numbers_are_about_the_positive_label() -> None:
    targets, predictions = [0, 0, 1, 1, 1], [0, 1, 1, 1, 0]
    found = values_of(Confusion(labels=("neg", "pos"), positive="pos"), targets, predictions)
    assert found["precision"] == pytest.approx(sk.precision_score(targets, predictions))
    assert found["recall"] == pytest.approx(sk.recall_score(targets, predictions))
    assert found["f1"] == found["f1[pos]"] == pytest.approx(sk.f1_score(targets, predictions))
    turned = values_of(Confusion(labels=("neg", "pos"), positive="neg"), targets, predictions)
    assert turned["f1"] == turned["f1[neg]"]


def test_plain_precision_needs_two_labels_and_a_positive_one() -> None:
    for metric in (Confusion(labels=("x", "y")), Confusion(labels=ABC, positive="a")):
        assert "precision" not in {quantity.id for quantity in metric.quantities}


def test_a_constant_model_has_no_correlation_as_in_scikit_learn() -> None:
    assert values_of(Confusion(labels=ABC), [0, 1, 2], [1, 1, 1])["mcc"] == 0.0


def test_no_weight_leaves_every_ratio_undefined() -> None:
    metric = Confusion(labels=ABC, positive=None)
    found = metric.reduce(np.array([[0.0, 1.0]]), np.zeros((1, 1)))[0]
    assert np.isnan(found).all()


def test_many_classes_and_samples_are_reduced_without_a_matrix_of_both() -> None:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 150, size=300_000)
    predictions = np.where(rng.random(300_000) < 0.7, targets, rng.integers(0, 150, size=300_000))
    metric = Confusion(labels=tuple(f"l{i}" for i in range(150)))
    found = values_of(metric, targets.tolist(), predictions.tolist())
    assert found["f1_macro"] == pytest.approx(
        sk.f1_score(targets, predictions, average="macro"), abs=1e-12
    )
    assert found["mcc"] == pytest.approx(sk.matthews_corrcoef(targets, predictions), abs=1e-12)


def test_proportions_get_wilson_intervals_of_their_own_trials() -> None:
    metric = Confusion(labels=("no", "yes"), positive="yes")
    statistics = np.array([[0, 0]] * 30 + [[0, 1]] * 5 + [[1, 1]] * 12 + [[1, 0]] * 3, dtype=float)
    found = metric.intervals(statistics, None, 0.9)
    assert found["accuracy"] == found["f1_micro"] == wilson_interval(42, 50, 0.9)
    assert found["recall[no]"] == wilson_interval(30, 35, 0.9)
    assert found["precision[no]"] == wilson_interval(30, 33, 0.9)
    assert found["recall"] == found["recall[yes]"] == wilson_interval(12, 15, 0.9)
    assert "f1_macro" not in found


def test_clusters_widen_the_intervals_of_the_classes_too() -> None:
    rng = np.random.default_rng(1)
    base = np.stack([rng.integers(0, 2, 80), rng.integers(0, 2, 80)], axis=1).astype(float)
    metric = Confusion(labels=("no", "yes"))
    once = metric.intervals(base, None, 0.95)
    repeated, clusters = np.repeat(base, 5, axis=0), np.repeat(np.arange(80), 5)
    fivefold = metric.intervals(repeated, clusters, 0.95)
    for key in ("accuracy", "recall[yes]", "precision[no]"):
        width, expected = (i[key].high - i[key].low for i in (fivefold, once))
        assert width == pytest.approx(expected, rel=0.08)


def test_a_perfect_score_is_not_certain() -> None:
    statistics = np.repeat([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], [30, 20, 10], axis=0)
    metric = Confusion(labels=ABC)
    found = metric.intervals(statistics, None, 0.95)
    ratios = {q.id for q in metric.quantities}
    assert ratios <= set(found)
    assert all(found[key].high == 1 and 0.5 < found[key].low < 0.99 for key in ratios)
    # A class of which ten were seen can be missed more than one of which thirty were.
    assert found["f1[c]"].low < found["f1[a]"].low
    # Of a proportion Jeffreys' and Wilson's bounds are near each other.
    assert found["recall_macro"].low == pytest.approx(found["accuracy"].low, abs=0.03)


def test_a_perfect_score_in_few_clusters_is_less_certain() -> None:
    statistics = np.repeat([[0.0, 0.0], [1.0, 1.0]], 100, axis=0)
    metric = Confusion(labels=("no", "yes"))
    alone = metric.intervals(statistics, None, 0.95)["f1_macro"]
    clustered = metric.intervals(statistics, np.repeat(np.arange(20), 10), 0.95)["f1_macro"]
    assert clustered.low < 0.9 < alone.low


def test_a_perfect_score_of_one_class_has_wilson_intervals_only() -> None:
    found = Confusion(labels=ABC).intervals(np.zeros((9, 2)), None, 0.95)
    assert "accuracy" in found
    assert "f1_macro" not in found


def test_the_bootstrap_of_f1_agrees_with_resampling_rows_through_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    targets = rng.integers(0, 3, size=200)
    predictions = np.where(rng.random(200) < 0.6, targets, rng.integers(0, 3, size=200))
    metric = Confusion(labels=ABC)
    column = [quantity.id for quantity in metric.quantities].index("f1_macro")
    statistics = np.stack([targets, predictions], axis=1).astype(float)
    found = bootstrap(metric.reduce, statistics, seed=0, n_resamples=20_000)
    rows = rng.integers(0, 200, size=(1500, 200))
    slow = [sk.f1_score(targets[i], predictions[i], average="macro") for i in rows]
    assert found.stderr(column) == pytest.approx(np.std(slow), rel=0.06)


def test_the_figure_counts_target_by_prediction() -> None:
    statistics = np.array([[0, 0], [0, 1], [0, 1], [2, 0]], dtype=float)
    (figure,) = Confusion(labels=ABC).figures(statistics)
    assert figure.kind is FigureKind.CONFUSION_MATRIX
    assert figure.data == {"labels": ["a", "b", "c"], "counts": [[1, 2, 0], [0, 0, 0], [1, 0, 0]]}


def test_every_quantity_says_what_it_is() -> None:
    metric = Confusion(labels=("no", "yes"), positive="yes")
    assert len({quantity.id for quantity in metric.quantities}) == len(metric.quantities)
    assert all(quantity.definition for quantity in metric.quantities)
    assert {q.id for q in metric.quantities if q.is_headline} == {"accuracy", "f1_macro"}
    assert metric.signature == {"labels": "no,yes", "positive": "yes"}


def test_a_spread_that_is_rounded_below_zero_is_none() -> None:
    # The margins of one constant prediction are summed in two ways, a rounding apart.
    targets = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    counts = ClassCounts.of_samples(targets, np.array([[0.1, 0.1, 0.2, 0.3]]), 3)
    assert counts.total[0] < counts.predicted.sum()
    assert counts.mcc.tolist() == [0.0]
