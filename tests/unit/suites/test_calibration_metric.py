from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk

from harness.core.figure import FigureKind
from harness.core.response import Classification
from harness.core.sample import Sample
from harness.core.score import Direction, Scored, Unscored
from harness.stats.bootstrap import bootstrap
from harness.suites.metrics.calibration import Calibration

ABC = ("a", "b", "c")
Floats = NDArray[np.float64]


def sample(target: str) -> Sample:
    return Sample(id="1", index=0, text="x", targets=(target,))


def probabilities(*scores: float, labels: tuple[str, ...] = ABC) -> Classification:
    return Classification(labels=labels, scores=scores, is_probability=True)


def measured(metric: Calibration, rows: Floats, targets: NDArray[np.int64]) -> Floats:
    scores = [
        metric.measure(sample(metric.labels[target]), probabilities(*row, labels=metric.labels))
        for row, target in zip(rows.tolist(), targets.tolist(), strict=True)
    ]
    return np.array([score.statistics for score in scores if isinstance(score, Scored)])


def values_of(metric: Calibration, statistics: Floats) -> dict[str, float]:
    row = metric.reduce(statistics, np.ones((1, len(statistics))))[0]
    return dict(zip([quantity.id for quantity in metric.quantities], row.tolist(), strict=True))


def drawn(n_classes: int, n: int = 300, seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.ones(n_classes), size=n)
    targets = np.array([rng.choice(n_classes, p=row) for row in rows])
    return rows, targets


@pytest.mark.parametrize("n_classes", [2, 3, 6])
def test_log_loss_and_brier_are_scikit_learns(n_classes: int) -> None:
    metric = Calibration(labels=tuple("abcdef"[:n_classes]))
    rows, targets = drawn(n_classes)
    found = values_of(metric, measured(metric, rows, targets))
    of_all = list(range(n_classes))
    assert found["log_loss"] == pytest.approx(sk.log_loss(targets, rows, labels=of_all), abs=1e-12)
    brier = sk.brier_score_loss(targets, rows if n_classes > 2 else rows[:, 1], labels=of_all)
    key = "brier" if n_classes == 2 else "brier_multiclass"
    assert found[key] == pytest.approx(brier, abs=1e-12)
    assert found["confidence"] == pytest.approx(rows.max(axis=1).mean(), abs=1e-12)


@pytest.mark.parametrize("rows", [[[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]])
def test_certainty_is_clipped_as_scikit_learn_does(rows: list[list[float]]) -> None:
    metric = Calibration(labels=ABC)
    found = values_of(metric, measured(metric, np.array(rows), np.array([0])))
    expected = sk.log_loss([0], rows, labels=[0, 1, 2])
    assert found["log_loss"] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert math.isfinite(found["log_loss"])


def test_an_example_by_hand() -> None:
    # Two answers at 0.8, one of them right; one at 0.6, right.
    metric = Calibration(labels=("no", "yes"), n_bins=10)
    rows = np.array([[0.8, 0.2], [0.2, 0.8], [0.4, 0.6]])
    found = values_of(metric, measured(metric, rows, np.array([0, 0, 1])))
    assert found["ece"] == pytest.approx((2 / 3) * abs(0.5 - 0.8) + (1 / 3) * abs(1 - 0.6))
    assert found["brier"] == pytest.approx((0.04 + 0.64 + 0.16) / 3)
    assert found["log_loss"] == pytest.approx(-math.log(0.8 * 0.2 * 0.6) / 3)
    assert found["confidence"] == pytest.approx((0.8 + 0.8 + 0.6) / 3)


def test_labels_are_matched_by_name() -> None:
    metric = Calibration(labels=ABC)
    turned = probabilities(0.1, 0.7, 0.2, labels=("c", "a", "b"))
    assert metric.measure(sample("a"), turned) == metric.measure(
        sample("a"), probabilities(0.7, 0.2, 0.1)
    )


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            Classification(labels=ABC, scores=(3.0, 1.0, 0.0), is_probability=False),
            "scores are not probabilities",
        ),
        (probabilities(0.5, 0.5, labels=("a", "b")), "has no score for c"),
        (
            probabilities(0.2, 0.2, 0.2, 0.4, labels=(*ABC, "d")),
            "shares probability among a, b, c, d, the data among a, b, c",
        ),
    ],
)
def test_what_is_no_distribution_over_the_labels_is_unscored(
    output: Classification, reason: str
) -> None:
    found = Calibration(labels=ABC).measure(sample("a"), output)
    assert isinstance(found, Unscored)
    assert reason in found.reason


def test_the_means_have_t_intervals_and_the_calibration_error_has_none() -> None:
    metric = Calibration(labels=ABC)
    statistics = measured(metric, *drawn(3))
    found = metric.intervals(statistics, None, 0.95)
    assert set(found) == {"log_loss", "brier_multiclass", "confidence"}
    assert {interval.method for interval in found.values()} == {"hall-t"}
    values = values_of(metric, statistics)
    assert all(interval.low < values[key] < interval.high for key, interval in found.items())


def test_one_sample_has_values_and_no_interval() -> None:
    metric = Calibration(labels=ABC)
    statistics = measured(metric, np.array([[0.7, 0.2, 0.1]]), np.array([0]))
    assert values_of(metric, statistics)["ece"] == pytest.approx(0.3)
    assert metric.intervals(statistics, None, 0.95) == {}


def test_no_sample_has_neither_value_nor_figure() -> None:
    metric = Calibration(labels=ABC)
    assert np.isnan(metric.reduce(np.empty((0, 4)), np.empty((1, 0)))).all()
    assert metric.figures(np.empty((0, 4))) == ()


def test_the_figure_tells_bins_and_band() -> None:
    metric = Calibration(labels=("no", "yes"), n_bins=10)
    statistics = measured(metric, *drawn(2, n=500))
    (figure,) = metric.figures(statistics)
    assert figure.kind is FigureKind.RELIABILITY
    bins = figure.data["bins"]
    assert isinstance(bins, list)
    assert [found["low"] for found in bins] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    assert sum(found["n"] for found in bins) == 500
    for found in bins:
        inside = (statistics[:, 2] > found["low"]) & (statistics[:, 2] <= found["high"])
        assert found["confidence"] == pytest.approx(statistics[inside, 2].mean())
        assert found["accuracy"] == pytest.approx(statistics[inside, 3].mean())
        assert found["band_low"] < found["confidence"] < found["band_high"]
    assert figure.data["ece"] == pytest.approx(values_of(metric, statistics)["ece"])
    json.dumps(figure.data, allow_nan=False)


def test_a_calibrated_model_is_inside_the_band_and_an_overconfident_one_outside() -> None:
    metric = Calibration(labels=("no", "yes"))
    rows, targets = drawn(2, n=2000)
    sure = np.exp(3 * np.log(rows))
    for shown, is_calibrated in ((rows, True), (sure / sure.sum(axis=1, keepdims=True), False)):
        (figure,) = metric.figures(measured(metric, shown, targets))
        band, ece = figure.data["ece_band"], figure.data["ece"]
        assert isinstance(band, list)
        assert isinstance(ece, float)
        assert (band[0] <= ece <= band[1]) is is_calibrated


def test_quantities_say_which_brier_score_they_are() -> None:
    binary, multiclass = Calibration(labels=("no", "yes")), Calibration(labels=ABC)
    by_id = {q.id: q for metric in (binary, multiclass) for q in metric.quantities}
    assert by_id["brier"].high == 1
    assert by_id["brier_multiclass"].high == 2
    assert by_id["ece"].direction is Direction.LOWER
    assert "by chance" in by_id["ece"].definition
    assert multiclass.signature == {"labels": "a,b,c", "bins": "15"}


def test_a_constant_prediction_that_is_always_right_has_no_interval() -> None:
    statistics = np.tile([0.1, 0.01, 0.9, 1.0], (40, 1))
    metric = Calibration(labels=("a", "b"))
    assert metric.intervals(statistics, None, 0.95) == {}
    resampled = bootstrap(metric.reduce, statistics, seed=0)
    assert all(resampled.interval(column, 0.95) is None for column in range(4))
