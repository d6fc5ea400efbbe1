"""Tests by signs: exact where they can be, and no more alarms than promised where nothing is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from harness.core.estimate import Estimate
from harness.core.sample_scores import SampleScores
from harness.engine.bias_signs import sign_tests, signs_p
from harness.suites.bias.crows_pairs_metrics import CrowsPairsCausal, CrowsPairsMasked
from harness.suites.bias.stereoset_metrics import StereoSetCausal
from harness.suites.bias.winobias_metrics import WinoBiasCausal

GAP = "winobias_gap"
LEVEL = 0.95


def sentences(pro: list[int], anti: list[int], clusters: list[str | None]) -> SampleScores:
    """Return the scores of sentences that are read right or wrong with either pronoun."""
    metric = WinoBiasCausal()
    values = np.array([pro, anti], dtype=np.float64)
    ones = np.ones(len(pro))
    parts = (values[0] - values[1], *values, values[0] != values[1], values[0])
    columns = [each for part in parts for each in (part, ones)]
    return SampleScores(
        model="m",
        suite="s",
        ids=[str(number) for number in range(len(pro))],
        clusters=clusters,
        slices={"stereotype": ["female", "male"] * (len(pro) // 2)},
        statistics={
            f"winobias.{name}": column for name, column in zip(metric.columns, columns, strict=True)
        },
    )


def estimate_of(n_clusters: int, part: tuple[str, str] | None = None) -> Estimate:
    (quantity,) = (each for each in WinoBiasCausal.quantities if each.id == GAP)
    return Estimate(
        model="m",
        suite="s",
        metric="winobias",
        quantity=quantity,
        value=0.0,
        interval=None,
        stderr=None,
        n=n_clusters,
        n_unscored=0,
        n_clusters=n_clusters,
        slice=part,
    )


@pytest.mark.parametrize(("hits", "n"), [(4, 4), (2, 2), (62, 100), (7, 9), (5, 10)])
def test_a_share_has_the_exact_binomial_p(hits: int, n: int) -> None:
    values = np.repeat([0.5, -0.5], [hits, n - hits])
    assert signs_p(values) == pytest.approx(binomtest(hits, n).pvalue, rel=1e-12)


def test_samples_of_a_cluster_flip_together() -> None:
    values, clusters = np.repeat([0.5, -0.5], [18, 6]), np.repeat(np.arange(8), 3)
    assert signs_p(values, clusters) == pytest.approx(binomtest(6, 8).pvalue, rel=1e-12)


def test_two_sentences_of_forty_prove_nothing() -> None:
    scores = sentences([0] * 40, [1, 0, 1] + [0] * 37, [None] * 40)
    female = ("stereotype", "female")
    estimates = [estimate_of(40), estimate_of(20, female), estimate_of(5, ("stereotype", "male"))]
    found = sign_tests(WinoBiasCausal(), estimates, scores, LEVEL)

    assert found == {(GAP, None): 0.5, (GAP, female): 0.5, (GAP, ("stereotype", "male")): None}


@pytest.mark.parametrize("size", [1, 2])
def test_no_more_alarms_than_promised_without_a_gap(size: int) -> None:
    """A twentieth of the answers hangs on the pronoun, as often one way as the other."""
    rng = np.random.default_rng(4)
    metric = WinoBiasCausal()
    n_rounds, n_alarms, n_left_out = 300, 0, 0
    for _ in range(n_rounds):
        gap = rng.choice([-1.0, 0.0, 1.0], p=[0.025, 0.95, 0.025], size=40 // size)
        gap = np.repeat(gap, size)
        clusters = np.repeat(np.arange(40 // size), size) if size > 1 else None
        statistics = np.column_stack([gap, np.ones(40), *np.zeros((8, 40))])
        n_alarms += signs_p(gap, clusters) <= 1 - LEVEL
        interval = metric.intervals(statistics, clusters, LEVEL)[GAP]
        n_left_out += not interval.low <= 0 <= interval.high
    assert n_alarms <= 0.05 * n_rounds
    assert n_left_out <= 0.07 * n_rounds


@pytest.mark.parametrize("metric", [CrowsPairsCausal(), CrowsPairsMasked(), WinoBiasCausal()])
def test_what_is_flipped_adds_up_to_the_number(
    metric: CrowsPairsCausal | CrowsPairsMasked | WinoBiasCausal,
) -> None:
    statistics = np.random.default_rng(1).integers(0, 2, (50, len(metric.columns))).astype(float)
    if isinstance(metric, WinoBiasCausal):
        statistics[:, -1] = 1.0  # the pronoun is told of every sentence
    ids = [quantity.id for quantity in metric.quantities]
    values = dict(zip(ids, metric.reduce(statistics, np.ones((1, 50)))[0], strict=True))
    leans = metric.signed(statistics)

    assert set(leans) == set(metric.probe.readings)
    for name, reading in metric.probe.readings.items():
        n = metric.parts(statistics)[name].sum()
        assert leans[name].sum() / n == pytest.approx(values[name] - reading.reference)


def test_terms_weigh_the_same_when_flipped() -> None:
    metric = StereoSetCausal()
    terms = np.repeat([3.0, 7.0, 9.0], [4, 1, 2])
    statistics = np.column_stack([terms, [1, 1, 0, 1, 1, 0, 0], *np.ones((3, 7))])
    value = metric.reduce(statistics, np.ones((1, 7)))[0, 0]
    assert metric.signed(statistics)["stereoset_ss"].sum() / 3 == pytest.approx(value - 0.5)

    statistics[4:, 1:3] = -1.0  # no count of tokens: only the first term has numbers per token
    statistics[5, 3] = 0.0
    values = metric.reduce(statistics, np.ones((1, 7)))[0]

    leans = metric.signed(statistics)
    assert set(leans) == set(metric.probe.readings)
    assert leans["stereoset_ss"].sum() == pytest.approx(values[0] - 0.5)
    assert leans["stereoset_ss_sum"].sum() / 3 == pytest.approx(values[3] - 0.5)
