from __future__ import annotations

import json
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk

from harness.core.figure import Figure, FigureKind
from harness.core.response import Classification
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.stats.delong import auc_interval
from harness.suites.metrics.ranking import Ranking
from harness.suites.metrics.ranking_curves import thin

ABC = ("a", "b", "c")
BINARY = Ranking(labels=("neg", "pos"), positive="pos")
Floats = NDArray[np.float64]


def sample(target: str) -> Sample:
    return Sample(id="1", index=0, text="x", targets=(target,))


def answer(
    *scores: float, labels: tuple[str, ...] = ("neg", "pos"), is_probability: bool = False
) -> Classification:
    return Classification(labels=labels, scores=scores, is_probability=is_probability)


def drawn(n: int, decimals: int = 9, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    is_positive = rng.random(n) < 0.3
    return np.stack([is_positive, np.round(rng.normal(size=n) + is_positive, decimals)], axis=1)


def values_of(metric: Ranking, statistics: Floats) -> dict[str, float]:
    row = metric.reduce(statistics, np.ones((1, len(statistics))))[0]
    return dict(zip([quantity.id for quantity in metric.quantities], row.tolist(), strict=True))


def test_two_labels_are_ranked_by_the_probability_of_the_positive_one() -> None:
    found = BINARY.measure(sample("pos"), answer(0.3, 0.7, is_probability=True))
    assert found == Scored((1.0, 0.7))


def test_two_labels_are_ranked_by_the_lead_where_scores_are_no_probabilities() -> None:
    # Log-likelihoods of a long text are low for both labels: only their difference tells.
    assert BINARY.measure(sample("neg"), answer(-90.0, -92.0)) == Scored((0.0, -2.0))
    found = BINARY.measure(sample("pos"), answer(5.0, 1.0, labels=("pos", "neg")))
    assert found == Scored((1.0, 4.0))


def test_more_labels_keep_every_score_in_the_order_of_the_labels() -> None:
    found = Ranking(labels=ABC).measure(sample("b"), answer(3.0, 1.0, 2.0, labels=("c", "a", "b")))
    assert found == Scored((1.0, 1.0, 2.0, 3.0))


def test_an_infinite_score_keeps_its_rank_in_a_form_that_json_can_hold() -> None:
    found = BINARY.measure(sample("pos"), answer(-inf, 0.5))
    assert isinstance(found, Scored)
    assert found.statistics[1] > 1e300
    json.dumps(found.statistics, allow_nan=False)


def test_a_label_without_a_score_leaves_the_sample_unscored() -> None:
    found = Ranking(labels=ABC).measure(sample("b"), answer(0.1, 0.9, labels=("a", "b")))
    assert found == Unscored("the model scores a, b, and has no score for c")


@pytest.mark.parametrize("decimals", [9, 1, 0])
def test_binary_values_are_scikit_learns(decimals: int) -> None:
    statistics = drawn(500, decimals)
    found = values_of(BINARY, statistics)
    expected = {
        "roc_auc": sk.roc_auc_score(*statistics.T),
        "average_precision": sk.average_precision_score(*statistics.T),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_weights_are_scikit_learns_sample_weights() -> None:
    statistics = drawn(300, 1)
    weights = np.random.default_rng(1).gamma(1.0, size=(4, 300))
    found = BINARY.reduce(statistics, weights)
    target, score = statistics.T
    for row, w in zip(found, weights, strict=True):
        assert row[0] == pytest.approx(sk.roc_auc_score(target, score, sample_weight=w), abs=1e-12)
        expected = sk.average_precision_score(target, score, sample_weight=w)
        assert row[1] == pytest.approx(expected, abs=1e-12)


def multiclass(n: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(3)
    targets = rng.choice(3, size=n, p=[0.5, 0.3, 0.2])
    odds = np.exp(rng.normal(size=(n, 3)) + np.eye(3)[targets])
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    return np.column_stack([targets, probabilities]), probabilities, targets


def test_one_against_the_rest_is_scikit_learns() -> None:
    statistics, probabilities, targets = multiclass(400)
    found = values_of(Ranking(labels=ABC), statistics)
    one_hot = np.eye(3)[targets]
    for average in ("macro", "weighted"):
        assert found[f"roc_auc_{average}"] == pytest.approx(
            sk.roc_auc_score(targets, probabilities, multi_class="ovr", average=average), abs=1e-12
        )
        assert found[f"average_precision_{average}"] == pytest.approx(
            sk.average_precision_score(one_hot, probabilities, average=average), abs=1e-12
        )
    for index, label in enumerate(ABC):
        expected = sk.roc_auc_score(one_hot[:, index], probabilities[:, index])
        assert found[f"roc_auc[{label}]"] == pytest.approx(expected, abs=1e-12)


def test_a_class_that_does_not_occur_is_left_out_of_the_averages() -> None:
    statistics, _, targets = multiclass(200)
    found = values_of(Ranking(labels=ABC), statistics[targets != 2])
    assert np.isnan(found["roc_auc[c]"])
    assert np.isnan(found["average_precision[c]"])
    assert found["roc_auc_macro"] == pytest.approx((found["roc_auc[a]"] + found["roc_auc[b]"]) / 2)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_one_class_alone_has_no_area(target: float) -> None:
    statistics = np.array([[target, 0.2], [target, 0.4]])
    found = values_of(BINARY, statistics)
    assert np.isnan(found["roc_auc"])
    assert found["average_precision"] == 1.0 or target == 0.0
    assert not BINARY.intervals(statistics, None, 0.95)
    assert BINARY.figures(statistics) == ()


def test_no_sample_has_no_value() -> None:
    assert np.isnan(BINARY.reduce(np.empty((0, 2)), np.empty((1, 0)))).all()


def test_areas_have_delong_intervals() -> None:
    statistics = drawn(200, 1)
    expected = auc_interval(statistics[:, 0] == 1, statistics[:, 1], None, 0.9)
    assert BINARY.intervals(statistics, None, 0.9) == {"roc_auc": expected}
    found = Ranking(labels=ABC).intervals(multiclass(100)[0], np.arange(100) // 2, 0.95)
    assert set(found) == {"roc_auc[a]", "roc_auc[b]", "roc_auc[c]"}
    assert {interval.method for interval in found.values()} == {"delong-logit-clustered"}


def curve(figure: Figure) -> dict[str, list[float]]:
    curves = figure.data["curves"]
    assert isinstance(curves, list)
    found: dict[str, list[float]] = curves[0]
    return found


def test_the_roc_curve_is_scikit_learns() -> None:
    statistics = drawn(60, 1)
    roc, _ = BINARY.figures(statistics)
    assert roc.kind is FigureKind.ROC
    found = curve(roc)
    false_rate, true_rate, _ = sk.roc_curve(*statistics.T, drop_intermediate=False)
    expected = list(zip(false_rate.round(9), true_rate.round(9), strict=True))
    x, y = found["false_positive_rate"], found["true_positive_rate"]
    points = list(zip(np.round(x, 9), np.round(y, 9), strict=True))
    assert set(points) < set(expected)
    assert (points[0], points[-1]) == ((0, 0), (1, 1))
    assert sk.auc(x, y) == pytest.approx(sk.roc_auc_score(*statistics.T), abs=1e-12)
    assert found["auc"] == pytest.approx(sk.roc_auc_score(*statistics.T), abs=1e-12)


def test_the_precision_recall_curve_is_scikit_learns() -> None:
    statistics = drawn(60, 1)
    _, figure = BINARY.figures(statistics)
    assert figure.kind is FigureKind.PRECISION_RECALL
    found = curve(figure)
    precision, recall, _ = sk.precision_recall_curve(*statistics.T)
    expected = set(zip(recall.round(9), precision.round(9), strict=True))
    points = set(zip(np.round(found["recall"], 9), np.round(found["precision"], 9), strict=True))
    assert points <= expected
    assert found["prevalence"] == pytest.approx(statistics[:, 0].mean())
    assert found["average_precision"] == pytest.approx(sk.average_precision_score(*statistics.T))


def test_a_long_curve_keeps_its_shape_in_four_hundred_points() -> None:
    statistics = drawn(50_000)
    roc, precision_recall = (curve(figure) for figure in BINARY.figures(statistics))
    assert 200 < len(roc["false_positive_rate"]) <= 400
    assert len(precision_recall["recall"]) <= 400
    false_rate, true_rate, _ = sk.roc_curve(*statistics.T, drop_intermediate=False)
    between = np.interp(false_rate, roc["false_positive_rate"], roc["true_positive_rate"])
    assert np.abs(between - true_rate).max() < 0.01
    thinned = sk.auc(roc["false_positive_rate"], roc["true_positive_rate"])
    assert thinned == pytest.approx(roc["auc"], abs=1e-3)
    precision, recall, _ = sk.precision_recall_curve(*statistics.T)
    settled = recall > 0.01
    between = np.interp(recall, precision_recall["recall"], precision_recall["precision"])
    assert np.abs(between - precision)[settled].max() < 0.02


def test_points_on_a_line_are_dropped_without_loss() -> None:
    x = np.concatenate([np.linspace(0, 0.3, 50), np.full(50, 0.3), np.linspace(0.3, 1, 50)])
    y = np.concatenate([np.zeros(50), np.linspace(0, 1, 50), np.ones(50)])
    kept = thin(x, y)
    assert list(zip(x[kept], y[kept], strict=True)) == [(0, 0), (0.3, 0), (0.3, 1), (1, 1)]


def test_a_repeated_point_hides_no_corner() -> None:
    x, y = np.array([0.0, 0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0, 0.5])
    assert thin(x, y).tolist() == [0, 1, 3]


def test_every_class_that_occurs_has_a_curve() -> None:
    roc, _ = Ranking(labels=(*ABC, "never")).figures(
        np.column_stack([multiclass(90)[0], np.zeros(90)])
    )
    curves = roc.data["curves"]
    assert isinstance(curves, list)
    assert [found["label"] for found in curves] == ["a", "b", "c"]
    json.dumps(roc.data, allow_nan=False)
