"""What holds for every data set: scikit-learn's values, and weights that mean repetition."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn import metrics as sk
from sklearn.exceptions import UndefinedMetricWarning

from harness.core.ports import Metric
from harness.suites.metrics.calibration import Calibration
from harness.suites.metrics.confusion import Confusion
from harness.suites.metrics.ranking import Ranking

Floats = NDArray[np.float64]

LABELS = ("a", "b", "c", "d")


@st.composite
def confusions(draw: st.DrawFn) -> tuple[tuple[str, ...], Floats]:
    """Two to four labels and one to forty rows, often of one class alone or all wrong."""
    n_classes = draw(st.integers(2, 4))
    n = draw(st.integers(1, 40))
    index = st.integers(0, n_classes - 1)
    rows = draw(hnp.arrays(np.int64, (n, 2), elements=index)).astype(np.float64)
    return LABELS[:n_classes], rows


@st.composite
def rankings(draw: st.DrawFn) -> Floats:
    """Rows of (is_positive, score), mostly tied."""
    n = draw(st.integers(1, 40))
    targets = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 1)))
    scores = draw(hnp.arrays(np.float64, n, elements=st.sampled_from([-1.5, 0.0, 0.1, 0.3, 2.0])))
    return np.stack([targets.astype(np.float64), scores], axis=1)


@st.composite
def calibrations(draw: st.DrawFn) -> Floats:
    """Rows of (log_loss, brier, confidence, is_right)."""
    n = draw(st.integers(1, 40))
    loss = hnp.arrays(np.float64, (n, 2), elements=st.floats(0, 2))
    confidence = hnp.arrays(np.float64, (n, 1), elements=st.floats(0.25, 1))
    is_right = hnp.arrays(np.float64, (n, 1), elements=st.sampled_from([0.0, 1.0]))
    return np.concatenate([draw(loss), draw(confidence), draw(is_right)], axis=1)


def values_of(metric: Metric, statistics: Floats) -> dict[str, float]:
    row = metric.reduce(statistics, np.ones((1, len(statistics))))[0]
    return dict(zip([quantity.id for quantity in metric.quantities], row.tolist(), strict=True))


@settings(max_examples=150, deadline=None)
@given(confusions())
def test_confusion_equals_scikit_learn(drawn: tuple[tuple[str, ...], Floats]) -> None:
    labels, statistics = drawn
    targets, predictions = statistics.T.astype(int)
    found = values_of(Confusion(labels=labels), statistics)
    per_class = range(len(labels))
    for key, score in (
        ("precision", sk.precision_score),
        ("recall", sk.recall_score),
        ("f1", sk.f1_score),
    ):
        for average in ("macro", "micro", "weighted"):
            expected = score(targets, predictions, average=average, zero_division=0)
            assert found[f"{key}_{average}"] == pytest.approx(expected, abs=1e-12)
        alone = score(targets, predictions, labels=per_class, average=None, zero_division=np.nan)
        each = [found[f"{key}[{label}]"] for label in labels]
        assert each == pytest.approx(alone.tolist(), abs=1e-12, nan_ok=True)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(targets, predictions), abs=1e-12)
    with warnings.catch_warnings():
        # Both warn of the very cases that are tried here: one class alone, a class unseen.
        warnings.simplefilter("ignore", UserWarning)
        balanced = sk.balanced_accuracy_score(targets, predictions)
        correlation = sk.matthews_corrcoef(targets, predictions)
    assert found["balanced_accuracy"] == pytest.approx(balanced, abs=1e-12)
    assert found["mcc"] == pytest.approx(correlation, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(rankings())
def test_ranking_equals_scikit_learn(statistics: Floats) -> None:
    found = values_of(Ranking(labels=("n", "p"), positive="p"), statistics)
    targets, scores = statistics.T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # one class alone: NaN, as here
        expected = sk.roc_auc_score(targets, scores) if np.ptp(targets) else np.nan
    assert found["roc_auc"] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    expected = sk.average_precision_score(targets, scores) if targets.any() else np.nan
    assert found["average_precision"] == pytest.approx(expected, abs=1e-12, nan_ok=True)


CASES = (
    pytest.param(
        Confusion(labels=LABELS[:3]),
        confusions().filter(lambda d: len(d[0]) == 3).map(lambda d: d[1]),
        id="confusion",
    ),
    pytest.param(Ranking(labels=("n", "p"), positive="p"), rankings(), id="ranking"),
    pytest.param(
        Ranking(labels=("n", "p")),
        rankings().map(lambda s: np.column_stack([s, -s[:, 1]])),
        id="ranking of each class",
    ),
    pytest.param(Calibration(labels=LABELS), calibrations(), id="calibration"),
)


@pytest.mark.parametrize(("metric", "statistics"), CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whole_weights_are_repeated_rows(
    metric: Metric, statistics: st.SearchStrategy[Floats], data: st.DataObject
) -> None:
    rows = data.draw(statistics)
    weights = data.draw(hnp.arrays(np.int64, (3, len(rows)), elements=st.integers(0, 3)))
    found = metric.reduce(rows, weights.astype(np.float64))
    for row, times in zip(found, weights, strict=True):
        repeated = np.repeat(rows, times, axis=0)
        expected = metric.reduce(repeated, np.ones((1, len(repeated))))[0]
        assert row == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(("metric", "statistics"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_neither_values_nor_intervals_depend_on_the_order_of_samples(
    metric: Metric, statistics: st.SearchStrategy[Floats], data: st.DataObject
) -> None:
    rows = data.draw(statistics)
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    found, again = (values_of(metric, part) for part in (rows, rows[order]))
    assert found == pytest.approx(again, abs=1e-12, nan_ok=True)
    before, after = (metric.intervals(part, None, 0.95) for part in (rows, rows[order]))
    assert before.keys() == after.keys()
    for key, interval in before.items():
        assert (after[key].low, after[key].high) == pytest.approx(
            (interval.low, interval.high), abs=1e-9
        )


@pytest.mark.parametrize(("metric", "statistics"), CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_values_keep_their_bounds_and_intervals_hold_the_value(
    metric: Metric, statistics: st.SearchStrategy[Floats], data: st.DataObject
) -> None:
    rows = data.draw(statistics)
    values = values_of(metric, rows)
    intervals = metric.intervals(rows, None, 0.95)
    for quantity in metric.quantities:
        value = values[quantity.id]
        if np.isnan(value):
            assert quantity.id not in intervals
            continue
        assert quantity.low is None or value >= quantity.low - 1e-12
        assert quantity.high is None or value <= quantity.high + 1e-12
        if quantity.id in intervals:
            interval = intervals[quantity.id]
            assert interval.low - 1e-12 <= value <= interval.high + 1e-12
