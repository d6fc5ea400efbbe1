"""What comes out of a closed loop per second, on servers whose true rate is known."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes.timed_model import MS, due, profile_of, streamed, whole

from harness.core.load import Load
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.core.trace import Trace
from harness.suites.latency.breaches import breaches_of
from harness.suites.latency.lasting import MOST_REQUESTS, lasted_ns, moved, n_missing
from harness.suites.latency.limits import Slo
from harness.suites.latency.metric import Latency
from harness.suites.latency.steady import SteadyTime, steady_time

ROUND = Sample(id="round 1", index=0, text="round 1")
N_TOKENS = 10
E2E_MS = 2000


def closed(concurrency: int) -> Load:
    return Load(n_requests=1, n_input_tokens=128, n_output_tokens=10, concurrency=concurrency)


def loop(
    concurrency: int, n: int, *, n_served: int | None = None, spread: float = 0.0, seed: int = 0
) -> list[Trace]:
    """Return a closed loop whose requests take about two seconds once it is steady.

    Args:
        concurrency: requests under way.
        n: how many are sent.
        n_served: of those under way, how many the server works on at once; the others wait.
        spread: of the time that one takes, at most, as a part of it.
        seed: of these times.
    """
    n_served = n_served or concurrency
    draw = random.Random(seed)
    free, idle = [0.0] * concurrency, [0.0] * n_served
    traces = []
    for _ in range(n):
        sent_ms = heapq.heappop(free)
        took_ms = E2E_MS * n_served / concurrency * draw.uniform(1 - spread, 1 + spread)
        began_ms = max(sent_ms, heapq.heappop(idle))
        heapq.heappush(free, began_ms + took_ms)
        heapq.heappush(idle, began_ms + took_ms)
        first_ms = began_ms - sent_ms + took_ms / 5
        step_ms = 0.8 * took_ms / (N_TOKENS - 1)
        traces.append(streamed(sent_ms=sent_ms, ttft_ms=first_ms, step_ms=step_ms, n=N_TOKENS))
    return traces


def rate(traces: Sequence[Trace], load: Load, quantity: str = "rps") -> float | Unscored:
    slo = Slo(e2e_ms=1e6) if quantity == "goodput" else None
    metric = Latency(quantity=quantity, load=load.key, slo=slo)
    score = metric.measure(ROUND, profile_of(*traces, load=load))
    return score.statistics[0] if isinstance(score, Scored) else score


@pytest.mark.parametrize("n_served", [16, 8, 2])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("n_waves", [5, 8])
def test_neither_the_begin_nor_the_end_of_a_loop_counts(
    n_served: int, spread: float, n_waves: int
) -> None:
    load = closed(16)
    loops = [
        loop(16, 16 * n_waves - 4, n_served=n_served, spread=spread, seed=seed)
        for seed in range(10)
    ]
    rates = [
        found for found in (rate(traces, load) for traces in loops) if isinstance(found, float)
    ]

    assert len(rates) == len(loops)
    assert sum(rates) / len(rates) == pytest.approx(8.0, rel=0.03)


@pytest.mark.parametrize(
    ("quantity", "of_one"), [("rps", 1), ("goodput", 1), ("out_tps", N_TOKENS), ("in_tps", 128)]
)
def test_waves_in_step_have_the_rate_of_one_of_them(quantity: str, of_one: int) -> None:
    for n in (40, 41, 47):  # 41 requests are five waves of eight and one request more
        assert rate(loop(8, n), closed(8), quantity) == pytest.approx(4.0 * of_one)


def test_a_sender_that_pauses_between_waves_pauses_in_the_rate() -> None:
    waves = [whole(sent_ms=1250 * (i // 4), took_ms=1000) for i in range(16)]

    # Of the two waves in the middle each took 1.25 s, and the last one as well.
    assert rate(waves, closed(4)) == pytest.approx(4 / 1.25)
    (text,) = breaches_of(closed(4), waves, prefix_cache="cold", n_fixed_tokens=0)
    assert text.startswith("the sender could not keep up: 3.2 requests were under way on average")


@pytest.mark.parametrize("spread", [0.0, 0.4])
def test_a_loop_that_was_gone_on_with_is_whole_and_has_its_rate(spread: float) -> None:
    first, more = (loop(8, n, spread=spread, seed=n) for n in (40, 5))
    load = closed(8)
    traces = [*first, *(moved(trace, lasted_ns(first)) for trace in more)]

    assert breaches_of(load, traces, prefix_cache="cold", n_fixed_tokens=0) == ()
    assert rate(traces, load) == pytest.approx(4.0, rel=0.08)
    assert rate(traces, load) == pytest.approx(rate(first, load))  # five are no load of eight


@pytest.mark.parametrize(("too_many", "n"), [(-1, 1), (0, 0), (1, 0), (2000, 0)])
def test_a_loop_that_has_the_most_requests_is_over_before_its_time(too_many: int, n: int) -> None:
    """All of them together take a second, and ten were asked for."""
    traces = [whole(sent_ms=0, took_ms=1000)] * (MOST_REQUESTS + too_many)
    assert n_missing(traces, 10.0) == n


def test_a_loop_that_was_never_steady_says_so() -> None:
    told = rate(loop(8, 12, spread=0.2), closed(8))

    assert isinstance(told, Unscored)
    assert told.reason.startswith("the load was steady for 0 s, and an answer takes ")
    assert not told.is_moot
    assert not breaches_of(closed(8), loop(8, 12), prefix_cache="cold", n_fixed_tokens=0)


def test_a_sender_that_never_fills_a_loop_is_told() -> None:
    in_pairs = [whole(sent_ms=100 * (i // 2), took_ms=100) for i in range(20)]
    (text,) = breaches_of(closed(4), in_pairs, prefix_cache="cold", n_fixed_tokens=0)

    assert text.startswith("the sender could not keep up: 2 requests were under way")


def test_one_stream_and_an_open_loop_are_steady_all_along() -> None:
    one = [whole(sent_ms=i * 110, took_ms=100) for i in range(10)]
    opened = replace(closed(1), concurrency=None, rate_per_s=2.0)
    offered = [due(whole(sent_ms=i * 500, took_ms=900), i * 500) for i in range(10)]

    assert steady_time(closed(1), one).stretches == ((0, 1090 * MS),)
    assert rate(one, closed(1)) == pytest.approx(10 / 1.09)
    assert rate(offered, opened) == pytest.approx(10 / 5.4)
    assert steady_time(closed(1), [whole(took_ms=0)]).stretches == ()


def test_a_request_counts_by_its_time_in_every_stretch() -> None:
    steady = SteadyTime(((10 * MS, 20 * MS), (30 * MS, 60 * MS)))

    for sent_ms, took_ms, share in ((0, 10, 0), (10, 10, 1), (15, 20, 0.5), (0, 100, 0.4)):
        assert steady.share_of(whole(sent_ms=sent_ms, took_ms=took_ms)) == share
    assert SteadyTime(()).share_of(whole()) == 0
