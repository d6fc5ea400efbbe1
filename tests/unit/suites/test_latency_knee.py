"""Which rates a model sustains, on servers that are simulated."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes.timed_model import MS, TIMEOUT, due, profile_of, whole

from harness.core.load import Load, Tier
from harness.core.profile import LoadProfile, Profile
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.core.trace import Trace
from harness.suites.latency.across_loads import is_sustained, knee_point
from harness.suites.latency.figures import figures_of
from harness.suites.latency.limits import Slo
from harness.suites.latency.metric import Latency
from harness.suites.latency.schedule import due_times

SHAPE = "in=16,out=4"
ROUND = Sample(id="round 1", index=0, text="round 1")
LOADS = 40


def open_load(rate: float) -> Load:
    return Load(
        n_requests=1,
        n_input_tokens=16,
        n_output_tokens=4,
        rate_per_s=rate,
        arrivals="constant",
    )


def point_of(
    traces: Sequence[Trace], rate: float = 10.0, breaches: tuple[str, ...] = ()
) -> LoadProfile:
    return LoadProfile(load=open_load(rate), traces=tuple(traces), n_warm_up=0, breaches=breaches)


def steady(rate: float, n: int = 300) -> list[Trace]:
    return [due(whole(sent_ms=i * 1e3 / rate, took_ms=100), i * 1e3 / rate) for i in range(n)]


def served(
    rate: float,
    *,
    spread: float,
    seed: int,
    utilisation: float = 0.0,
    n_workers: int = 4,
    seconds: float = 10,
) -> LoadProfile:
    """Return Poisson arrivals at a server whose times are lognormal.

    Args:
        rate: requests per second.
        spread: standard deviation of the logarithm of the time that a request takes.
        seed: of the arrivals and the times.
        utilisation: work that comes over work that can be done; 0 for a server without limits,
            which takes a second.
        n_workers: requests that a server with limits works on at once.
        seconds: how long they come.
    """
    load = replace(open_load(rate), arrivals="poisson")
    draw = random.Random(seed)
    median_s = utilisation * n_workers / rate if utilisation else 1.0
    free, traces = [0.0] * n_workers, []
    for at in due_times(load, n=math.ceil(seconds * rate) + 1, seed=str(seed)):
        assert at is not None
        began_s = at / 1e9 if not utilisation else max(at / 1e9, heapq.heappop(free))
        ended_s = began_s + median_s * math.exp(draw.gauss(0, spread))
        if utilisation:
            heapq.heappush(free, ended_s)
        took_ms = ended_s * 1e3 - at / MS
        traces.append(due(whole(sent_ms=at / MS, took_ms=took_ms), at / MS))
    return LoadProfile(load=load, traces=tuple(traces), n_warm_up=0)


@pytest.mark.parametrize("rate", [2.0, 10.0, 50.0])
@pytest.mark.parametrize("spread", [0.1, 0.3])
def test_a_server_without_limits_sustains_any_rate(rate: float, spread: float) -> None:
    verdicts = [is_sustained(served(rate, spread=spread, seed=i), None) for i in range(LOADS)]

    assert verdicts.count(True) >= 0.95 * LOADS


@pytest.mark.parametrize(("utilisation", "least", "most"), [(0.5, 0.9, 1), (2.0, 0, 0.05)])
@pytest.mark.parametrize("rate", [10.0, 50.0])
def test_a_server_with_limits_sustains_what_it_can_do(
    rate: float, utilisation: float, least: float, most: float
) -> None:
    loads = (served(rate, spread=0.3, seed=i, utilisation=utilisation) for i in range(LOADS))
    share = [is_sustained(load, None) for load in loads].count(True) / LOADS

    assert least <= share <= most


@pytest.mark.parametrize("rate", [2.0, 8.0])
def test_the_queue_of_a_steady_load_may_swing(rate: float) -> None:
    """One server at a seventh or half of what it can do: a regression alone would see queues."""
    loads = (
        served(rate, spread=0, seed=i, utilisation=rate / 15, n_workers=1, seconds=60)
        for i in range(LOADS)
    )

    assert all(is_sustained(load, None) for load in loads)


@pytest.mark.parametrize(("rate", "capacity"), [(16.0, 15.0), (8.0, 7.2)])
def test_a_rate_beyond_what_a_server_can_do_is_found_within_a_minute(
    rate: float, capacity: float
) -> None:
    loads = (
        served(rate, spread=0, seed=i, utilisation=rate / capacity, n_workers=1, seconds=60)
        for i in range(LOADS // 2)
    )

    assert [is_sustained(load, None) for load in loads].count(True) <= 0.05 * LOADS // 2


def test_one_slow_answer_neither_feigns_nor_hides_a_queue() -> None:
    fine = steady(10.0, n=100)
    fine[-1] = due(whole(sent_ms=9900, took_ms=60_000), 9900)
    # Each request waits 100 ms longer than the one before it.
    late = [due(whole(sent_ms=i * 100, took_ms=100 * (i + 1)), i * 100) for i in range(100)]
    late[3] = due(whole(sent_ms=300, took_ms=60_000), 300)

    assert is_sustained(point_of(fine), None) is True
    assert is_sustained(point_of(late), None) is False


@pytest.mark.parametrize(("n_failed", "is_kept_up"), [(3, True), (4, False), (270, False)])
def test_a_rate_whose_requests_fail_is_not_sustained(n_failed: int, is_kept_up: bool) -> None:  # noqa: FBT001 - a case
    traces = steady(100.0)
    for place in range(n_failed):
        traces[-place - 1] = replace(traces[-place - 1], failure=TIMEOUT)

    assert is_sustained(point_of(traces), None) is is_kept_up


@pytest.mark.parametrize(
    ("n", "n_slow", "verdict"),
    [
        (29, 0, True),
        (29, 1, False),
        (28, 0, Unscored("28 requests cannot prove an attainment of 0.9: it takes 29")),
        (11, 1, Unscored("11 requests cannot prove an attainment of 0.9: it takes 29")),
        (11, 4, False),  # so many violations prove that the share is lower
    ],
)
def test_what_too_few_requests_can_prove_is_unknown(
    n: int,
    n_slow: int,
    verdict: bool | Unscored,  # noqa: FBT001 - a case
) -> None:
    traces = steady(10.0, n)
    for place in range(n_slow):
        traces[place * 2] = due(whole(sent_ms=place * 200, took_ms=150), place * 200)
    slo, point = Slo(e2e_ms=120.0), point_of(traces)

    assert is_sustained(point, slo) == verdict
    if isinstance(verdict, Unscored):
        assert knee_point([point, point_of(steady(20.0), 20.0)], slo) == verdict


def test_answers_without_a_token_are_none() -> None:
    empty = [replace(t, chunk_ns=(t.ended_ns,), chunk_channels="-") for t in steady(10.0)]

    assert is_sustained(point_of(empty), None) is False


def test_a_rate_whose_load_is_void_leaves_the_knee_unknown() -> None:
    points = [
        point_of(steady(10.0), 10.0),
        point_of(steady(20.0), 20.0, breaches=("requests left late",)),
    ]
    unknown = Unscored("the load at constant=20 is void: requests left late")

    assert knee_point(points, None) == unknown
    profile = replace(profile_of(whole()), points=tuple(points))
    assert Latency(quantity="knee", load=SHAPE).measure(ROUND, profile) == unknown


def test_a_queue_speaks_against_a_rate_even_where_its_load_is_void() -> None:
    late = [due(whole(sent_ms=i * 100, took_ms=100 * (i + 1)), i * 100) for i in range(100)]

    assert is_sustained(point_of(late, breaches=("requests left late",)), None) is False


@pytest.mark.parametrize(("n", "reason"), [(1, "one request has no rate"), (9, "9 requests")])
def test_a_handful_of_requests_shows_no_queue(n: int, reason: str) -> None:
    found = is_sustained(point_of(steady(10.0, n)), None)

    assert isinstance(found, Unscored)
    assert reason in found.reason
    assert is_sustained(point_of(steady(10.0, 10)), None) is True


def failing(rate: float) -> list[Trace]:
    return [*steady(rate), *(replace(trace, failure=TIMEOUT) for trace in steady(rate, 10))]


def test_a_rate_that_nobody_answered_tells_of_no_queue() -> None:
    dead = [replace(trace, failure=TIMEOUT) for trace in steady(20.0, 30)]
    points = [point_of(steady(10.0), 10.0), point_of(dead, 20.0, breaches=("all failed",))]

    assert knee_point(points, None) == Unscored(
        "all 30 requests at constant=20 failed: no queue does that"
    )


def sweep(n_sustained: int) -> Profile:
    """Return a round of three rates, the first so many of which are sustained."""
    points = [
        point_of(steady(rate) if i < n_sustained else failing(rate), rate)
        for i, rate in enumerate((10.0, 20.0, 40.0))
    ]
    return Profile(tier=Tier.LOOPBACK, points=tuple(points))


@pytest.mark.parametrize(
    ("n_sustained", "rate"),
    [
        ((2,), 20.0),
        ((2, 3, 3), 40.0),
        ((3, 0, 2), 20.0),
        ((2, 3), 20.0),
        ((0, 3, 3), 40.0),
        ((3, 0, 0), 0.0),  # a round without any knee counts as one below the lowest rate
        ((0, 0), 0.0),
    ],
)
def test_table_and_chart_tell_the_knee_of_most_rounds(
    n_sustained: tuple[int, ...], rate: float
) -> None:
    profiles = [sweep(n) for n in n_sustained]
    metric = Latency(quantity="knee", load=SHAPE)
    scores = [metric.measure(ROUND, profile) for profile in profiles]
    knees = np.array([score.statistics for score in scores if isinstance(score, Scored)])
    charts = [figure.data for figure in figures_of(profiles, None) if "offered" in figure.title]

    assert charts
    assert metric.reduce(knees, np.ones((1, len(knees)))).tolist() == [[rate]]
    assert metric.over_rounds(profiles) == rate
    drawn: list[Any] = [chart["knee"] for chart in charts]
    assert {knee and knee["load"] for knee in drawn} == {open_load(rate).key if rate else None}


def test_a_resample_of_rounds_has_its_own_median_knee() -> None:
    metric = Latency(quantity="knee", load=SHAPE)
    weights = np.array([[1.0, 1, 1], [1, 0, 1], [0, 1, 2], [3, 0, 0], [0, 0, 0]])

    reduced = metric.reduce(np.array([[40.0], [10.0], [20.0]]), weights)[:, 0]

    assert reduced[:4].tolist() == [20.0, 20.0, 20.0, 40.0]
    assert np.isnan(reduced[4])
    assert metric.intervals(np.array([[10.0], [20.0]]), None, 0.95) == {}
    assert metric.signature["rounds"] == "lower median"
