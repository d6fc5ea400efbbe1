"""Numbers of groups are those of fairlearn and scikit-learn, on any data and under any weights."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn import metrics as sk

from harness.suites.metrics.group_areas import group_areas
from harness.suites.metrics.group_fairness import GroupFairness
from harness.suites.metrics.group_rates import Floats, group_gaps, group_rates
from harness.suites.metrics.grouping import Grouping

_CLOSE = 1e-12


@dataclass(frozen=True)
class Data:
    targets: Floats
    predictions: Floats
    scores: Floats
    groups: Floats
    weights: Floats

    @property
    def rows(self) -> Floats:
        return np.column_stack([self.targets, self.predictions, self.groups])

    @property
    def ranked(self) -> Floats:
        return np.column_stack([self.targets, self.scores, self.groups])


@st.composite
def some_data(draw: st.DrawFn, n_classes: int = 2) -> Data:
    """Few distinct scores make ties, small sets leave classes and groups empty."""
    n = draw(st.integers(4, 60))
    n_groups = draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = rng.integers(0, 3, n) if draw(st.booleans()) else rng.exponential(size=n)
    return Data(
        targets=rng.integers(0, n_classes, n).astype(np.float64),
        predictions=rng.integers(0, n_classes, n).astype(np.float64),
        scores=rng.integers(0, draw(st.integers(2, 50)), n) / 7,
        groups=rng.integers(0, n_groups, n).astype(np.float64),
        weights=weights.astype(np.float64),
    )


def complete(data: Data) -> bool:
    """Tell whether every group weighs something in both classes."""
    cells = {(g, t): 0.0 for g in np.unique(data.groups) for t in (0.0, 1.0)}
    for group, target, weight in zip(data.groups, data.targets, data.weights, strict=True):
        cells[group, target] += weight
    return len(np.unique(data.groups)) > 1 and min(cells.values()) > 0


@settings(max_examples=12, deadline=None)
@given(some_data())
def test_gaps_are_those_of_fairlearn(data: Data) -> None:
    rates = group_rates(data.rows, data.weights[None], 4, 2)
    gaps = {name: value[0] for name, value in group_gaps(rates).items()}
    if not complete(data):
        positives = [data.weights[(data.groups == g) & (data.targets == 1)].sum() for g in range(4)]
        defined = [place for place, weight in enumerate(positives) if weight > 0]
        assert np.flatnonzero(np.isfinite(rates.tpr[0, :, 0])).tolist() == defined
        assert np.isnan(gaps["equal_opportunity_difference"]) == (len(defined) < 2)
        return
    given_ = {"sensitive_features": data.groups, "sample_weight": data.weights}
    both = (data.targets, data.predictions)
    expected = {
        "demographic_parity_difference": fairlearn.demographic_parity_difference(*both, **given_),
        "equalized_odds_difference": fairlearn.equalized_odds_difference(*both, **given_),
        "equalized_odds_difference_mean": fairlearn.equalized_odds_difference(
            *both, agg="mean", **given_
        ),
        "equal_opportunity_difference": fairlearn.equal_opportunity_difference(*both, **given_),
        "demographic_parity_ratio": fairlearn.demographic_parity_ratio(*both, **given_),
    }
    for name, value in expected.items():
        assert_allclose(gaps[name], value, err_msg=name, rtol=0, atol=_CLOSE)


@settings(max_examples=25, deadline=None)
@given(some_data(n_classes=3))
def test_of_several_labels_a_gap_is_the_worst_ones(data: Data) -> None:
    gaps = group_gaps(group_rates(data.rows, data.weights[None], 4, 3))
    alone = [
        group_gaps(
            group_rates(
                np.column_stack([data.targets == c, data.predictions == c, data.groups]),
                data.weights[None],
                4,
                2,
            )
        )
        for c in range(3)
    ]
    for name, worst in (
        ("demographic_parity_difference", np.fmax),
        ("demographic_parity_ratio", np.fmin),
        ("equalized_odds_difference", np.fmax),
        ("equal_opportunity_difference", np.fmax),
    ):
        expected = worst.reduce([one[name][0] for one in alone])
        assert_allclose(gaps[name][0], expected, err_msg=name, rtol=0, atol=_CLOSE)


@settings(max_examples=25, deadline=None)
@given(some_data())
def test_rates_of_a_group_are_those_of_scikit_learn(data: Data) -> None:
    rates = group_rates(data.rows, data.weights[None], 4, 2)
    for group in range(4):
        chosen = (data.groups == group) & (data.weights > 0)
        if not chosen.any():
            assert np.isnan(rates.accuracy[0, group])
            continue
        y, p, w = data.targets[chosen], data.predictions[chosen], data.weights[chosen]
        assert_allclose(
            rates.accuracy[0, group], sk.accuracy_score(y, p, sample_weight=w), rtol=0, atol=_CLOSE
        )
        # Without positives scikit-learn has 0 from the first one that is taken for positive.
        f1 = sk.f1_score(y, p, sample_weight=w) if y.any() else np.nan
        assert_allclose(rates.f1[0, group], f1, rtol=0, atol=_CLOSE)
        tpr = sk.recall_score(y, p, sample_weight=w, zero_division=np.nan)
        assert_allclose(rates.tpr[0, group, 0], tpr, rtol=0, atol=_CLOSE)


@settings(max_examples=25, deadline=None)
@given(some_data())
def test_areas_are_those_of_scikit_learn(data: Data) -> None:
    areas = group_areas(data.ranked, data.weights[None], 4)
    for group in range(4):
        is_in, is_positive = data.groups == group, data.targets == 1
        for found, chosen in (
            (areas.within, is_in),
            (areas.background_positive, is_in != is_positive),
            (areas.background_negative, is_in == is_positive),
        ):
            weights = np.where(chosen, data.weights, 0.0)
            kept = weights > 0
            if len(np.unique(data.targets[kept])) < 2:
                assert np.isnan(found[0, group])
                continue
            expected = sk.roc_auc_score(
                data.targets[kept], data.scores[kept], sample_weight=weights[kept]
            )
            assert_allclose(found[0, group], expected, rtol=0, atol=_CLOSE)


@settings(max_examples=20, deadline=None)
@given(some_data())
def test_a_weight_is_a_sample_that_comes_so_often(data: Data) -> None:
    times = np.random.default_rng(0).integers(0, 3, len(data.rows))
    if not times.any():
        return
    metric = GroupFairness(
        labels=("no", "yes"),
        groupings=(Grouping(name="g", columns=("g",), groups=("a", "b", "c", "d")),),
        positive="yes",
    )
    weighted = metric.reduce(data.rows, times[None].astype(np.float64))
    repeated = np.repeat(data.rows, times, axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_allclose(
            weighted, metric.reduce(repeated, np.ones((1, len(repeated)))), rtol=0, atol=_CLOSE
        )
