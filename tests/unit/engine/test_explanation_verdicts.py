"""Verdicts on methods: how often chance alone gets one, and on how many texts one may rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from fakes.explained_reviews import explained, method
from numpy.typing import NDArray

from harness.core.explained import SHARES, Trial
from harness.core.explanations import MIN_TELLING, Method, Trust
from harness.engine.explanation_verdicts import with_verdicts
from harness.stats.exchange import exchange_test
from harness.stats.mean import skewed_mean_interval

Floats = NDArray[np.float64]
NAMES = ("first", "second", "third")
BASE = explained("a splendid long film", "dice")


def judged(falls: Mapping[str, Floats], *, n_clusters: int | None = None) -> list[Method]:
    """Return methods whose two trials come to (2, n, 6): the method's own ranks, then random ones.

    The larger the better in both.
    """
    methods, tried = [], {}
    for label, both in falls.items():
        gains = both[..., 0] - both[..., 1:].mean(axis=-1)
        numbers = {one.quantity.id: one for one in method("dice").estimates}
        estimates = tuple(
            replace(
                numbers[f"{name}_gain"],
                value=float(sign * own.mean()),
                interval=skewed_mean_interval(sign * own),
            )
            for name, own, sign in zip(
                ("comprehensiveness", "sufficiency"), gains, (1, -1), strict=True
            )
        )
        methods.append(
            replace(method("dice"), label=label, suite=label, estimates=estimates, tests=())
        )
        tried[label] = [
            (
                f"c{i % (n_clusters or both.shape[1])}",
                replace(BASE, trial=own[0], random=tuple(own[1:])),
            )
            for i, own in enumerate(trials(both))
        ]
    return with_verdicts(methods, tried, level=0.95, seed=0)


def trials(both: Floats) -> list[list[Trial]]:
    whole = BASE.whole[BASE.chosen]
    none = (False,) * len(SHARES)
    return [
        [
            Trial(
                without=(float(whole - away),) * len(SHARES),
                alone=(float(whole + alone),) * len(SHARES),
                is_turned=none,
                is_kept=none,
            )
            for away, alone in zip(*one, strict=True)
        ]
        for one in both.swapaxes(0, 1)
    ]


def better(n: int, gain: float = 0.2) -> Floats:
    falls = np.random.default_rng(1).normal(0.0, 0.05, size=(2, n, 6))
    falls[..., 0] += gain
    return falls


def test_ranks_at_random_seldom_get_a_verdict_on_a_page_of_three() -> None:
    rng = np.random.default_rng(0)
    n_pages, n_false = 60, 0
    for _ in range(n_pages):
        # Skewed, as where one word decides: few rankings find it.
        falls = rng.gamma(0.5, size=(len(NAMES), 2, 12, 6))
        found = judged(dict(zip(NAMES, falls, strict=True)))
        n_false += any(one.trust is not Trust.NOT_SHOWN for one in found)

    assert n_false / n_pages <= 0.05


def test_a_method_that_is_better_is_trusted_and_its_opposite_is_worse() -> None:
    good, bad = judged({"first": better(12), "second": better(12, -0.2)})

    assert (good.trust, bad.trust) == (Trust.TRUSTED, Trust.WORSE)


def test_methods_are_corrected_for_each_other() -> None:
    falls = better(MIN_TELLING)

    (alone,) = judged({"first": falls})
    together = judged(dict.fromkeys((*NAMES, "fourth"), falls))

    single = exchange_test(falls[0] * [1.0], seed=0)
    assert alone.tests[0].p_value is not None
    assert single <= alone.tests[0].p_value <= 2 * single
    assert (together[0].tests[0].p_value or 0) >= 4 * single


def test_trust_does_not_rest_on_a_few_texts_of_many() -> None:
    falls = np.zeros((2, 50, 6))
    falls[:, 0, 0], falls[:, 1, 0] = 0.3, 0.2
    falls[:, 2:, 0] += 1e-12  # what rounding leaves

    (one,) = judged({"first": falls})

    assert one.trust is Trust.TOO_FEW
    told = [(test.p_value, test.n_telling, test.n_units) for test in one.tests]
    assert told == [(None, 2, 50)] * 2


def test_texts_of_a_cluster_tell_as_one() -> None:
    (one,) = judged({"first": better(24)}, n_clusters=3)

    assert {(test.n_telling, test.n_units) for test in one.tests} == {(3, 3)}
    assert one.trust is Trust.TOO_FEW
