"""Figures of a load test that were worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.timed_model import MS, ONE, TIMEOUT, due, profile_of, streamed, whole

from harness.core.load import Load, Tier
from harness.core.profile import LoadProfile, Profile
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.latency.limits import Prices, Slo
from harness.suites.latency.metric import Latency

ROUND = Sample(id="round 1", index=0, text="round 1")
OPEN = Load(n_requests=1, n_input_tokens=16, n_output_tokens=4, rate_per_s=2.0)
BATCH = Load(n_requests=1, n_input_tokens=16, batch_size=8)


def found(profile: Profile, quantity: str, load: Load | None = None, **options: object) -> object:
    key = (load or profile.points[0].load).key
    metric = Latency(quantity=quantity, load=key, **options)  # type: ignore[arg-type] # of a test
    score = metric.measure(ROUND, profile)
    return score.statistics[0] if isinstance(score, Scored) else score


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("ttft_p50", 0.5),
        ("tpot_p50", 0.020),
        ("ntpot_p50", 0.0248),
        ("itl_p50", 0.020),
        ("e2e_p50", 2.48),
        ("stall_max", 0.020),
        ("decode_tps_user", 50.0),
        ("out_tps", 100 / 2.48),
        ("in_tps", 128 / 2.48),
        ("prefill_tps", 256.0),
        ("rps", 1 / 2.48),
        ("n_out", 100.0),
        ("n_in", 128.0),
        ("requests", 1.0),
        ("error_rate", 0.0),
    ],
)
def test_a_steady_answer_of_a_hundred_tokens(quantity: str, value: float) -> None:
    assert found(profile_of(streamed()), quantity) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("name", "value"), [("p50", 3.0), ("p90", 4.6), ("p95", 4.8)])
def test_percentiles_are_linear(name: str, value: float) -> None:
    traces = [whole(sent_ms=0, took_ms=1000 * seconds) for seconds in (1, 2, 3, 4, 5)]

    assert found(profile_of(*traces), f"e2e_{name}") == pytest.approx(value, rel=1e-12)


def test_far_percentiles_take_many_requests() -> None:
    many = [whole(took_ms=i) for i in range(1, 301)]

    assert found(profile_of(*many), "e2e_p99") == pytest.approx(0.29701, rel=1e-12)
    few = found(profile_of(*many[:-1]), "e2e_p99")
    assert few == Unscored("n too small: p99 needs 300 requests, there are 299")
    assert found(profile_of(*many), "e2e_p999") == Unscored(
        "n too small: p999 needs 3000 requests, there are 300", is_moot=True
    )


def test_gaps_of_one_answer_are_no_requests() -> None:
    """Four answers have 396 gaps, and are four."""
    few = profile_of(*[streamed(n=100)] * 4)
    many = profile_of(*[streamed(n=3)] * 300)

    for name, gap_s in (("itl_p99", 0.010), ("icl_p99", 0.020)):
        verdict = found(_in_pairs(few), name)
        assert verdict == Unscored("n too small: p99 needs 300 requests, there are 4", is_moot=True)
        assert found(_in_pairs(many), name) == pytest.approx(gap_s)
    assert found(few, "itl_p95") == pytest.approx(0.020)


def _in_pairs(profile: Profile) -> Profile:
    """Return the profile with two tokens in each chunk, so that chunks and tokens differ."""
    (point,) = profile.points
    traces = tuple(
        replace(trace, chunk_tokens=(2,) * len(trace.chunk_ns)) for trace in point.traces
    )
    return replace(profile, points=(replace(point, traces=traces),))


def test_a_failure_has_no_latency_and_is_never_good() -> None:
    lost = replace(whole(sent_ms=100, took_ms=900), failure=TIMEOUT)
    profile = profile_of(whole(took_ms=100), lost)
    slo = Slo(e2e_ms=5000.0)

    assert found(profile, "e2e_p50") == pytest.approx(0.1)
    assert found(profile, "error_rate") == 0.5
    assert found(profile, "rps") == pytest.approx(1.0)  # one answer in the second that both took
    assert found(profile, "attainment", slo=slo) == 0.5
    assert found(profile, "goodput", slo=slo) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("slo", "share"),
    [
        (Slo(ttft_ms=500.0), 1.0),
        (Slo(ttft_ms=499.9), 0.5),
        (Slo(tpot_ms=20.0), 0.5),
        (Slo(tpot_ms=40.0), 1.0),
        (Slo(e2e_ms=2480.0), 0.5),
        (Slo(ttft_ms=500.0, tpot_ms=20.0), 0.0),  # each request fails one of the two
    ],
)
def test_a_good_request_meets_every_objective(slo: Slo, share: float) -> None:
    slow_start = streamed(ttft_ms=500, step_ms=20)
    slow_pace = streamed(ttft_ms=100, step_ms=40)
    if slo.ttft_ms == 500.0 and slo.tpot_ms == 20.0:
        slow_start = streamed(ttft_ms=501, step_ms=20)

    profile = profile_of(slow_start, slow_pace)

    assert found(profile, "attainment", slo=slo) == share


def test_an_objective_on_what_is_not_told_is_not_judged() -> None:
    verdict = found(profile_of(whole()), "goodput", slo=Slo(ttft_ms=1.0))

    assert isinstance(verdict, Unscored)
    assert not verdict.is_moot


def test_one_odd_answer_is_not_good_and_voids_nothing() -> None:
    empty = replace(streamed(n=1), chunk_channels="-", chunk_tokens=None, n_output_tokens=0)
    profile = profile_of(streamed(), streamed(), streamed(), empty)

    for slo in (Slo(ttft_ms=500.0), Slo(tpot_ms=20.0), Slo(e2e_ms=2480.0)):
        assert found(profile, "attainment", slo=slo) == 0.75
        assert found(profile, "goodput", slo=slo) == pytest.approx(3 / 2.48)
    untold = replace(streamed(), n_output_tokens=None)
    assert found(profile_of(streamed(), untold), "attainment", slo=Slo(tpot_ms=20.0)) == 0.5


@pytest.mark.parametrize(("tpot_ms", "share"), [(24.7, 0.5), (24.9, 1.0), (19.9, 0.0)])
def test_an_answer_in_one_piece_is_paced_by_its_whole_time(tpot_ms: float, share: float) -> None:
    """A hundred tokens, all of them after 2.48 s, are 24.8 ms each; streamed ones are 20 ms."""
    piece = replace(streamed(ttft_ms=2480, n=1), chunk_tokens=None, n_output_tokens=100)

    assert found(profile_of(streamed(), piece), "attainment", slo=Slo(tpot_ms=tpot_ms)) == share


def test_an_open_loop_counts_from_when_a_request_was_due() -> None:
    late = due(whole(sent_ms=300, took_ms=100), 0)
    punctual = due(whole(sent_ms=500, took_ms=100), 500)
    profile = profile_of(late, punctual, load=OPEN)

    assert found(profile, "e2e_p50") == pytest.approx(0.1)
    assert found(profile, "e2e_sched_p50") == pytest.approx(0.25)  # of 0.4 and 0.1
    assert found(profile, "lag_p50") == pytest.approx(0.15)
    assert found(profile, "offered_rps") == pytest.approx(2.0)
    assert found(profile, "attainment", slo=Slo(e2e_ms=399.0)) == 0.5


def test_a_batch_is_told_by_item_and_by_token() -> None:
    batch = replace(whole(took_ms=400, n_items=8), n_input_tokens=160)
    profile = profile_of(batch, load=BATCH)

    assert found(profile, "e2e_p50") == pytest.approx(0.4)
    assert found(profile, "e2e_per_item_p50") == pytest.approx(0.05)
    assert found(profile, "e2e_per_token_p50") == pytest.approx(0.0025)
    assert found(profile, "items_per_s") == pytest.approx(20.0)
    assert found(profile, "in_tps") == pytest.approx(400.0)


def test_a_chunk_of_many_tokens_is_no_token() -> None:
    trace = replace(
        streamed(ttft_ms=100, step_ms=60, n=3), chunk_tokens=(1, 3, 3), n_output_tokens=7
    )
    profile = profile_of(trace)

    assert found(profile, "tpot_p50") == pytest.approx(0.020)
    assert found(profile, "itl_p50") == pytest.approx(0.020)
    assert found(profile, "icl_p50") == pytest.approx(0.060)
    unknown = profile_of(replace(trace, chunk_tokens=None))
    assert found(unknown, "itl_p50") == Unscored("these answers do not tell itl", is_moot=True)


def test_reasoning_comes_before_the_answer() -> None:
    trace = replace(streamed(ttft_ms=100, step_ms=50, n=4), chunk_channels="-rrc")

    assert found(profile_of(trace), "ttfc_p50") == pytest.approx(0.1)
    assert found(profile_of(trace), "ttft_p50") == pytest.approx(0.15)
    assert found(profile_of(trace), "ttfa_p50") == pytest.approx(0.25)


def test_the_roof_is_held_against_bytes_and_operations_of_a_token() -> None:
    profile = profile_of(
        replace(streamed(), prefill_ns=500 * MS),
        parameter_bytes=80.0,
        n_parameters=20.0,
        kv_bytes_per_token=1.0,
        peak_bytes_per_s=1e5,
        peak_flops=1e6,
    )

    # 80 bytes of weights and 128 + 100 / 2 of keys and values, fifty times a second.
    assert found(profile, "mbu") == pytest.approx((80 + 178) * 50 / 1e5)
    assert found(profile, "mfu") == pytest.approx(2 * 20 * 50 / 1e6)
    assert found(profile, "mfu_prefill") == pytest.approx(2 * 20 * 256 / 1e6)


def test_energy_is_told_by_token() -> None:
    point = LoadProfile(load=ONE, traces=(streamed(),), n_warm_up=0, resources={"energy_j": 50.0})
    profile = Profile(tier=Tier.IN_PROCESS, points=(point,))

    assert found(profile, "energy_j") == 50.0
    assert found(profile, "j_per_tok") == 0.5


def test_money_is_paid_for_what_is_served() -> None:
    prices = Prices(input_per_million=10.0, output_per_million=100.0)
    served = profile_of(streamed(), streamed(), tier=Tier.REMOTE)

    assert found(served, "cost", prices=prices) == pytest.approx(128e-5 + 100e-4)
    own = found(profile_of(streamed()), "cost", prices=prices)
    reason = "of the tier in-process there is no such number"
    assert own == Unscored(reason, is_moot=True)


def test_the_law_of_lengths_is_found_again() -> None:
    points = []
    for n_in, n_out in ((100, 10), (100, 40), (400, 10), (400, 40)):
        took = 200 + 0.5 * n_in + 20 * n_out
        trace = replace(whole(took_ms=took), n_input_tokens=n_in, n_output_tokens=n_out)
        load = Load(n_requests=1, n_input_tokens=n_in, n_output_tokens=n_out, concurrency=1)
        points.append(LoadProfile(load=load, traces=(trace,), n_warm_up=0))
    profile = Profile(tier=Tier.REMOTE, points=tuple(points))

    for name, value in (("fit_a", 0.2), ("fit_b", 0.0005), ("fit_c", 0.02)):
        score = Latency(quantity=name).measure(ROUND, profile)
        assert isinstance(score, Scored)
        assert score.statistics[0] == pytest.approx(value, rel=1e-9)


def _sweep(*services_ms: float, n: int = 60, step_ms: float = 100.0) -> Profile:
    """Return loads at rising rates, each request waiting for the one before it."""
    points = []
    for number, service in enumerate(services_ms, start=1):
        load = replace(OPEN, rate_per_s=1000 / step_ms * number, arrivals="constant")
        traces, free = [], 0.0
        for i in range(n):
            at = i * step_ms / number
            free = max(free, at) + service
            traces.append(due(whole(sent_ms=at, took_ms=free - at), at))
        points.append(LoadProfile(load=load, traces=tuple(traces), n_warm_up=0))
    return Profile(tier=Tier.LOOPBACK, points=tuple(points))


@pytest.mark.parametrize(
    ("services_ms", "knee"),
    [
        ((40.0, 40.0, 40.0), 20.0),  # 25 requests a second are the most that a server can do
        ((40.0, 90.0, 10.0), 10.0),  # a rate above one that failed does not count
    ],
)
def test_the_knee_is_the_last_rate_that_is_sustained(
    services_ms: tuple[float, ...], knee: float
) -> None:
    score = Latency(quantity="knee", load="in=16,out=4").measure(ROUND, _sweep(*services_ms))

    assert score == Scored((knee,))


def test_the_knee_keeps_the_objectives() -> None:
    profile = _sweep(30.0, 45.0)

    def knee(slo: Slo) -> object:
        return Latency(quantity="knee", load="in=16,out=4", slo=slo).measure(ROUND, profile)

    assert knee(Slo(e2e_ms=40.0)) == Scored((10.0,))
    assert knee(Slo(e2e_ms=50.0)) == Scored((20.0,))
    assert knee(Slo(e2e_ms=20.0)) == Scored((0.0,))
    # Sixty requests without a violation do not show that 99 of 100 are good, nor that they are not.
    unknown = Unscored("60 requests cannot prove an attainment of 0.99: it takes 299")
    assert knee(Slo(e2e_ms=50.0, attainment=0.99)) == unknown
