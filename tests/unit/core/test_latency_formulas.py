"""Each latency is what its formula says, and None where a trace does not tell."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core import latency
from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace

MS = 1_000_000
WHOLE = Trace(
    due_ns=5 * MS,
    sent_ns=10 * MS,
    ended_ns=200 * MS,
    header_ns=15 * MS,
    chunk_ns=(20 * MS, 60 * MS, 70 * MS, 110 * MS, 130 * MS, 140 * MS),
    chunk_channels="-rccc-",
    chunk_tokens=(0, 2, 1, 4, 1, 0),
    n_input_tokens=30,
    n_output_tokens=8,
    n_cached_tokens=10,
)
ALL = (
    "ttfc",
    "ttft",
    "ttfa",
    "e2e",
    "e2e_sched",
    "tpot",
    "ntpot",
    "icl",
    "itl",
    "stall_max",
    "prefill_tps",
    "decode_tps_user",
)


def test_every_formula_on_one_trace() -> None:
    assert latency.ttfc(WHOLE) == pytest.approx(0.010)
    assert latency.ttft(WHOLE) == pytest.approx(0.050)
    assert latency.ttfa(WHOLE) == pytest.approx(0.060)
    assert latency.e2e(WHOLE) == pytest.approx(0.120)
    assert latency.e2e_sched(WHOLE) == pytest.approx(0.125)
    assert latency.lag(WHOLE) == pytest.approx(0.005)
    assert latency.tpot(WHOLE) == pytest.approx(0.070 / 7)
    assert latency.ntpot(WHOLE) == pytest.approx(0.120 / 8)
    assert latency.icl(WHOLE) == pytest.approx((0.010, 0.040, 0.020))
    assert latency.itl(WHOLE) == pytest.approx((0, 0.010, 0.010, 0.010, 0.010, 0.010, 0.020))
    assert latency.stall_max(WHOLE) == pytest.approx(0.040)
    assert latency.prefill_tps(WHOLE) == pytest.approx(20 / 0.050)
    assert latency.decode_tps_user(WHOLE) == pytest.approx(100)


@pytest.mark.parametrize("name", ALL)
def test_a_failed_request_has_no_latency(name: str) -> None:
    failure = Failure(kind=FailureKind.TIMEOUT, message="too late")
    assert getattr(latency, name)(dataclasses.replace(WHOLE, failure=failure)) is None


def test_a_failed_request_was_sent_all_the_same() -> None:
    failure = Failure(kind=FailureKind.TIMEOUT, message="too late")
    assert latency.lag(dataclasses.replace(WHOLE, failure=failure)) == pytest.approx(0.005)


@pytest.mark.parametrize("n_tokens", [None, 0, 1])
def test_time_per_token_needs_two_tokens(n_tokens: int | None) -> None:
    trace = dataclasses.replace(WHOLE, n_output_tokens=n_tokens)
    assert latency.tpot(trace) is None
    assert latency.decode_tps_user(trace) is None


def test_many_tokens_in_one_chunk_have_no_time_per_token() -> None:
    trace = Trace(sent_ns=0, ended_ns=9, chunk_ns=(5,), chunk_channels="c", n_output_tokens=8)
    assert latency.tpot(trace) is None


def test_gaps_between_tokens_need_the_tokens_of_each_chunk() -> None:
    trace = dataclasses.replace(WHOLE, chunk_tokens=None)
    assert latency.itl(trace) is None
    assert latency.icl(trace) is not None


def test_a_chunk_of_no_whole_token_adds_its_gap_to_the_next() -> None:
    trace = dataclasses.replace(WHOLE, chunk_tokens=(0, 1, 0, 2, 1, 0))
    assert latency.itl(trace) == pytest.approx((0.025, 0.025, 0.020))


def test_an_answer_in_one_piece_has_only_an_end() -> None:
    trace = Trace(due_ns=2 * MS, sent_ns=3 * MS, ended_ns=23 * MS, n_output_tokens=4)
    assert latency.e2e(trace) == pytest.approx(0.020)
    assert latency.e2e_sched(trace) == pytest.approx(0.021)
    assert latency.ntpot(trace) == pytest.approx(0.005)
    for name in ("ttfc", "ttft", "ttfa", "tpot", "icl", "itl", "stall_max"):
        assert getattr(latency, name)(trace) is None


def test_a_stream_of_no_token_has_no_first_and_no_last() -> None:
    trace = Trace(sent_ns=0, ended_ns=9, chunk_ns=(4, 8), chunk_channels="--", n_output_tokens=0)
    assert latency.ttfc(trace) is not None
    for name in ("ttft", "ttfa", "e2e", "tpot", "ntpot", "icl", "itl", "stall_max"):
        assert getattr(latency, name)(trace) is None


def test_reasoning_alone_is_no_answer() -> None:
    trace = dataclasses.replace(WHOLE, chunk_channels="-rrrr-")
    assert latency.ttft(trace) is not None
    assert latency.ttfa(trace) is None


def test_nothing_is_due_in_a_closed_loop() -> None:
    trace = dataclasses.replace(WHOLE, due_ns=None)
    assert latency.lag(trace) is None
    assert latency.e2e_sched(trace) is None


def test_the_devices_own_time_on_the_prompt_comes_first() -> None:
    trace = dataclasses.replace(WHOLE, prefill_ns=20 * MS, n_cached_tokens=None)
    assert latency.prefill_tps(trace) == pytest.approx(30 / 0.020)


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    counts=st.lists(st.integers(0, 5), min_size=20, max_size=20),
)
def test_gaps_between_tokens_are_one_less_than_tokens_and_fill_the_time(
    gaps: list[int], counts: list[int]
) -> None:
    times, at = [], 0
    for gap in gaps:
        at += gap
        times.append(at)
    tokens = (1, *counts[: len(times) - 2], 1)[: len(times)]
    trace = Trace(
        sent_ns=0,
        ended_ns=at,
        chunk_ns=tuple(times),
        chunk_channels="c" * len(times),
        chunk_tokens=tokens,
        n_output_tokens=sum(tokens),
    )
    found = latency.itl(trace)
    assert found is not None
    assert len(found) == sum(tokens) - 1
    assert sum(found) == pytest.approx((times[-1] - times[0]) / 1e9)
    step = latency.tpot(trace)
    if step is not None:
        assert sum(found) == pytest.approx(step * (sum(tokens) - 1))
