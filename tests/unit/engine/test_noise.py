"""From repeats to noise: spread, floor, flips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from fakes.toy_suite import ToyMetric
from numpy.typing import NDArray
from scipy import stats

from harness.core.estimate import Estimate
from harness.core.noise import Noise
from harness.core.run import Evaluation
from harness.core.sample_scores import SampleScores
from harness.core.score import Direction, Quantity
from harness.engine.noise import Repeat, noise_floor, noise_of

Rows = Sequence[Sequence[float]]
NAN = math.nan
GENRE = ("drama", "drama", "comedy", None)


class RatioMetric(ToyMetric):
    """A number that no sample has alone: total right over total length."""

    def reduce(
        self, statistics: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        sums = weights @ statistics
        return np.stack([sums[:, 0] / sums[:, 1], sums[:, 1]], axis=1)


def estimates_of(metric: ToyMetric, rows: NDArray[np.float64]) -> tuple[Estimate, ...]:
    """Whole suite, and the headline quantity in each slice."""
    parts: list[tuple[tuple[str, str] | None, list[int]]] = [(None, [0, 1, 2, 3])]
    parts += [(("genre", "drama"), [0, 1]), (("genre", "comedy"), [2])]
    found = []
    for part, places in parts:
        own = rows[places]
        own = own[~np.isnan(own).any(axis=1)]
        values = metric.reduce(own, np.ones((1, len(own))))[0] if len(own) else [None, None]
        for quantity, value in zip(metric.quantities, values, strict=True):
            if part is None or quantity.is_headline:
                found.append(
                    Estimate(
                        model="m",
                        suite="s",
                        metric=metric.name,
                        quantity=quantity,
                        value=None if value is None else float(value),
                        interval=None,
                        stderr=None,
                        n=len(own),
                        n_unscored=len(places) - len(own),
                        n_clusters=len(own),
                        slice=part,
                    )
                )
    return tuple(found)


def repeat(
    rows: Rows, *, metric: ToyMetric | None = None, ids: Sequence[str] = ("a", "b", "c", "d")
) -> Repeat:
    """One run in which the samples had these statistics (right, length)."""
    array = np.array(rows, dtype=np.float64)
    return Repeat(
        evaluation=Evaluation(
            model="m",
            suite="s",
            capability="generates",
            n_samples=4,
            suite_hash="code",
            data_hash="data",
            model_fingerprint="weights",
        ),
        estimates=estimates_of(metric or ToyMetric(), array),
        scores=SampleScores(
            model="m",
            suite="s",
            ids=ids,
            clusters=[None] * 4,
            slices={"genre": GENRE},
            statistics={"toy.right": array[:, 0], "toy.length": array[:, 1]},
        ),
    )


A = repeat([[1, 5], [1, 5], [0, 5], [0, 5]])
B = repeat([[1, 5], [0, 5], [0, 5], [0, 6]])
C = repeat([[1, 5], [1, 5], [1, 5], [0, 5]])


def by_key(repeats: Sequence[Repeat]) -> dict[tuple[str, tuple[str, str] | None], Noise]:
    noises = list(noise_of(repeats, (ToyMetric(),)))
    return {(noise.quantity, noise.slice): noise for noise in noises}


def test_a_deterministic_model_has_no_noise() -> None:
    # 0.1 three times: the textbook formula leaves a rounding of 1e-17 of it.
    same = repeat([[1, 0.1], [1, 0.1], [0, 0.1], [0, 0.1]])
    for noise in noise_of([same, same, same], (ToyMetric(),)):
        assert (noise.spread, noise.floor, noise.flip_rate) == (0.0, 0.0, 0.0)


def test_spread_floor_and_flips_are_those_of_the_formula() -> None:
    noise = by_key([A, B, C])["right", None]

    assert noise.values == (0.5, 0.25, 0.75)
    assert noise.spread == pytest.approx(0.25, rel=1e-12)
    assert noise.floor == pytest.approx(stats.t.ppf(0.975, 2) * math.sqrt(2) * 0.25, rel=1e-9)
    # A and B differ on one sample of four, A and C on one, B and C on two.
    assert noise.flip_rate == pytest.approx((1 / 4 + 1 / 4 + 2 / 4) / 3, rel=1e-12)
    assert noise.n == 4
    assert (noise.suite_hash, noise.data_hash, noise.fingerprint) == ("code", "data", "weights")


def test_each_slice_has_its_own_noise() -> None:
    noises = by_key([A, B, C])

    drama, comedy = noises["right", ("genre", "drama")], noises["right", ("genre", "comedy")]
    assert drama.values == (1.0, 0.5, 1.0)
    assert drama.flip_rate == pytest.approx(1 / 3)
    assert (drama.n, comedy.n) == (2, 1)
    assert comedy.values == (0.0, 0.0, 1.0)
    assert comedy.flip_rate == pytest.approx(2 / 3)
    assert ("length", ("genre", "drama")) not in noises


def test_samples_without_a_score_are_left_out_of_their_pairs() -> None:
    gap = repeat([[1, 5], [NAN, NAN], [1, 5], [0, 5]])
    noise = by_key([A, gap, C])["right", None]

    # With the gap three samples are common: A differs from it on one of them, C on none.
    assert noise.flip_rate == pytest.approx((1 / 3 + 1 / 4 + 0) / 3, rel=1e-12)
    assert noise.n == 3


def test_a_quantity_undefined_in_one_run_has_no_noise() -> None:
    gap = repeat([[1, 5], [1, 5], [NAN, NAN], [0, 5]])

    noises = by_key([A, gap])
    assert ("right", ("genre", "comedy")) not in noises
    assert ("right", ("genre", "drama")) in noises


def test_what_no_sample_has_alone_does_not_flip() -> None:
    metric = RatioMetric()
    rows = [[1, 5], [1, 4], [0, 5], [0, 9]], [[1, 5], [0, 4], [0, 5], [0, 9]]
    ratio, total = (
        noise
        for noise in noise_of([repeat(own, metric=metric) for own in rows], (metric,))
        if noise.slice is None
    )
    assert ratio.flip_rate is None
    assert ratio.values == pytest.approx((2 / 23, 1 / 23))
    assert total.flip_rate is None  # a sum is no mean either


def test_a_metric_on_the_whole_set_has_spread_and_no_flips() -> None:
    variety = Quantity(id="variety", direction=Direction.HIGHER, definition="count", high=None)
    repeats = [
        Repeat(
            evaluation=A.evaluation,
            scores=A.scores,
            estimates=(
                Estimate(
                    model="m",
                    suite="s",
                    metric="variety",
                    quantity=variety,
                    value=value,
                    interval=None,
                    stderr=None,
                    n=4,
                    n_unscored=0,
                    n_clusters=4,
                ),
            ),
        )
        for value in (7.0, 9.0)
    ]
    (noise,) = noise_of(repeats, (ToyMetric(),))
    assert noise.spread == pytest.approx(math.sqrt(2))
    assert (noise.flip_rate, noise.n) == (None, 4)


def test_rounding_is_no_flip() -> None:
    nearly = repeat([[1, 5 + 1e-12], [1, 5], [0, 5], [0, 5]])

    assert by_key([A, nearly])["length", None].flip_rate == 0.0


def test_the_floor_falls_as_runs_are_added() -> None:
    floors = [noise_floor(1.0, k) for k in range(2, 40)]

    assert all(more < fewer for fewer, more in pairwise(floors))
    assert floors[0] == pytest.approx(stats.t.ppf(0.975, 1) * math.sqrt(2), rel=1e-9)
    assert noise_floor(1.0, 10**6) == pytest.approx(1.959964 * math.sqrt(2), rel=1e-5)


def test_one_run_has_no_spread() -> None:
    with pytest.raises(ValueError, match="at least two"):
        list(noise_of([A], (ToyMetric(),)))


def test_other_samples_are_no_repeat() -> None:
    other = repeat([[1, 5], [1, 5], [0, 5], [0, 5]], ids=("a", "b", "c", "e"))
    with pytest.raises(ValueError, match="same samples"):
        list(noise_of([A, other], (ToyMetric(),)))
