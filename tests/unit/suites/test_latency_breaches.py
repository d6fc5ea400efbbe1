"""When the figures of a load are void, and when they only look as if they might be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.timed_model import TIMEOUT, due, streamed, whole

from harness.core.load import Load
from harness.core.trace import Trace
from harness.suites.latency.across_loads import is_attained
from harness.suites.latency.breaches import breaches_of, cached_share, remarks_on
from harness.suites.latency.limits import Slo
from harness.suites.latency.prompts import PrefixCache

CLOSED = Load(n_requests=1, n_input_tokens=16, n_output_tokens=4, concurrency=1)
OPEN = Load(n_requests=1, n_input_tokens=16, n_output_tokens=4, rate_per_s=2.0)


def breaches(
    traces: list[Trace],
    load: Load = CLOSED,
    *,
    prefix_cache: PrefixCache = "cold",
    n_fixed_tokens: float = 0.0,
) -> tuple[str, ...]:
    return breaches_of(load, traces, prefix_cache=prefix_cache, n_fixed_tokens=n_fixed_tokens)


def in_a_row(n: int, *, took_ms: float = 100, pause_ms: float = 0) -> list[Trace]:
    return [whole(sent_ms=i * (took_ms + pause_ms), took_ms=took_ms) for i in range(n)]


def test_a_fair_load_has_none() -> None:
    assert breaches(in_a_row(20)) == ()


@pytest.mark.parametrize(("n_failed", "is_void"), [(1, False), (2, True)])
def test_one_request_in_a_hundred_may_fail(n_failed: int, is_void: bool) -> None:  # noqa: FBT001 - a case
    traces = in_a_row(100)
    for place in range(n_failed):
        traces[place] = replace(traces[place], failure=TIMEOUT)

    found = breaches(traces)

    assert bool(found) == is_void
    if is_void:
        assert found == ("2 of 100 requests failed, the first one by timeout",)


@pytest.mark.parametrize(
    ("late_ms", "ttft_ms", "is_void"),
    [(4.9, 10, False), (5.1, 10, True), (24, 500, False), (26, 500, True)],
)
def test_requests_may_leave_a_little_late(late_ms: float, ttft_ms: float, is_void: bool) -> None:  # noqa: FBT001 - a case
    traces = [
        due(streamed(sent_ms=i * 1000 + late_ms, ttft_ms=ttft_ms, n=4), i * 1000) for i in range(20)
    ]

    assert bool([text for text in breaches(traces, OPEN) if "left late" in text]) == is_void


def test_a_sender_that_cannot_keep_up_is_told() -> None:
    assert breaches(in_a_row(20, pause_ms=4)) == ()
    (text,) = breaches(in_a_row(20, pause_ms=20))
    assert text.startswith("the sender could not keep up: 0.84 requests were under way")


def test_the_last_answers_of_a_wide_loop_may_drain() -> None:
    wide = replace(CLOSED, concurrency=4)
    waves = [whole(sent_ms=100 * (i // 4), took_ms=100) for i in range(18)]

    assert breaches(waves, wide) == ()
    assert breaches(waves[:4], wide) == ()  # too few to be kept up


def test_what_every_prompt_shares_is_no_help() -> None:
    traces = [replace(trace, n_input_tokens=120, n_cached_tokens=20) for trace in in_a_row(20)]

    assert cached_share(traces) == pytest.approx(1 / 6)
    assert breaches(traces, n_fixed_tokens=20.0) == ()
    assert breaches(traces, prefix_cache="warm") == ()
    assert breaches(traces) == ("the server knew 16.7% of the prompts' tokens from before",)
    assert cached_share(in_a_row(3)) is None


@pytest.mark.parametrize(("n_out", "is_void"), [(36, False), (35, True), (3, True), (50, False)])
def test_answers_shorter_than_their_load_void_it(n_out: int, is_void: bool) -> None:  # noqa: FBT001 - a case
    load = replace(CLOSED, n_output_tokens=40)
    traces = [replace(trace, n_output_tokens=n_out) for trace in in_a_row(20)]

    said = (f"answers have {n_out} tokens on average, not 40",) if is_void else ()
    assert breaches(traces, load) == said
    free = breaches_of(load, traces, prefix_cache="cold", n_fixed_tokens=0, fixed_length=False)
    assert free == ()
    assert breaches(in_a_row(20), load) == ()  # nobody counted


@pytest.mark.parametrize(("n_in", "is_told"), [(11, False), (12, True), (8, True), (9, False)])
def test_prompts_of_another_length_are_told(n_in: int, is_told: bool) -> None:  # noqa: FBT001 - a case
    load = replace(CLOSED, n_input_tokens=10)
    batches = [replace(trace, n_input_tokens=4 * n_in, n_items=4) for trace in in_a_row(3)]

    said = (f"prompts have {n_in} tokens on average, not 10",) if is_told else ()
    assert remarks_on(load, batches) == said
    assert remarks_on(load, in_a_row(3)) == ()


def test_attainment_is_shown_and_not_only_seen() -> None:
    """MLPerf's counts, by its own formula: for a tail of 1 % at 95 %, 299 without a violation."""
    assert [is_attained(0, n, 0.99) for n in (298, 299)] == [False, True]
    assert [is_attained(1, n, 0.99) for n in (472, 473)] == [False, True]
    assert [is_attained(0, n, 0.9) for n in (28, 29)] == [False, True]
    for share in (0.5, 0.9, 0.99, 0.999):
        fewest = Slo(e2e_ms=1.0, attainment=share).fewest_requests
        assert [is_attained(0, n, share) for n in (fewest - 1, fewest)] == [False, True]
