"""The self-test finds what it is for: chunks taken for tokens, and clocks that are off."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from harness.core.latency import tpot, ttft
from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace
from harness.selftest.capacity import Step, highest
from harness.selftest.load_client import arrivals_of
from harness.selftest.mock_script import MockScript
from harness.selftest.mode_result import Compared, mode_result
from harness.selftest.modes import MODES
from harness.selftest.ticking_session import TickingSession
from harness.selftest.token_checks import wrongly_told

TRUE = Trace(
    sent_ns=0,
    ended_ns=90_000_000,
    chunk_ns=(50_000_000, 90_000_000),
    chunk_channels="cc",
    chunk_tokens=(4, 4),
    n_input_tokens=3,
    n_output_tokens=8,
    n_cached_tokens=0,
)
COUNTED = MockScript(tokens_per_chunk=4, counts="usage", cache=True)
SILENT = MockScript(tokens_per_chunk=4, usage=False)


def test_a_true_trace_has_nothing_wrong() -> None:
    assert list(wrongly_told(COUNTED, TRUE, TRUE)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"chunk_tokens": (1, 1)},
        {"chunk_tokens": None},
        {"n_output_tokens": 2},
        {"n_output_tokens": None},
        {"chunk_channels": "rc"},
        {"n_input_tokens": 4},
        {"n_cached_tokens": None},
        {"failure": Failure(kind=FailureKind.PROTOCOL, message="no")},
    ],
    ids=str,
)
def test_each_wrong_figure_is_found(changes: Mapping[str, Any]) -> None:
    assert list(wrongly_told(COUNTED, dataclasses.replace(TRUE, **changes), TRUE))


def test_counts_that_nobody_told_are_made_up() -> None:
    told = dataclasses.replace(TRUE, chunk_tokens=(1, 1), n_output_tokens=2)
    assert list(wrongly_told(SILENT, told, TRUE))
    honest = dataclasses.replace(TRUE, chunk_tokens=None, n_output_tokens=None)
    assert list(wrongly_told(SILENT, honest, TRUE)) == []


def test_a_refusal_has_to_be_told_as_one() -> None:
    assert list(wrongly_told(COUNTED, TRUE, None))
    refused = Failure(kind=FailureKind.RATE_LIMITED, message="later")
    assert list(wrongly_told(COUNTED, dataclasses.replace(TRUE, failure=refused), None)) == []


@pytest.mark.parametrize(
    ("told_s", "true_s", "is_within"),
    [
        (0.0609, 0.060, True),
        (0.0611, 0.060, False),
        (0.01021, 0.010, False),
        (0.00979, 0.010, False),
        (None, 0.010, True),
    ],
)
def test_limits_are_1_ms_and_2_percent(
    told_s: float | None, true_s: float, *, is_within: bool
) -> None:
    assert Compared(told_s=told_s, true_s=true_s).is_within is is_within


def test_a_mode_compares_the_medians_of_what_was_answered() -> None:
    late = dataclasses.replace(TRUE, chunk_ns=(51_000_000, 91_000_000))
    refused = dataclasses.replace(
        TRUE, failure=Failure(kind=FailureKind.RATE_LIMITED, message="later")
    )
    result = mode_result("m", 2, [(late, TRUE), (refused, refused)], ["a", "a"])
    assert (result.n_requests, result.n_failed) == (2, 1)
    assert result.ttft.error_s == pytest.approx(0.001)
    assert result.tpot.error_s == pytest.approx(0)
    assert result.problems == ("a",)
    assert not result.is_within


def test_modes_are_all_different_and_can_be_played() -> None:
    assert len({mode.name for mode in MODES}) == len(MODES)
    assert len({(mode.script, mode.api) for mode in MODES}) == len(MODES)


def test_a_ticking_model_is_never_early() -> None:
    session = TickingSession(MockScript(ttft_s=0.004, tpot_s=0.001))
    ((_, trace),) = session.time(arrivals_of(["a"], 3), concurrency=1)
    true = session.truth(3)
    ticked = [at - trace.sent_ns for at in trace.chunk_ns]
    assert all(at >= due for at, due in zip(ticked, true.chunk_ns, strict=True))
    assert ttft(true) == pytest.approx(0.004)
    assert tpot(true) == pytest.approx(0.001)
    assert trace.chunk_tokens == (1, 1, 1)


def step(**changes: Any) -> Step:
    good: dict[str, Any] = {
        "unit": "requests",
        "offered_per_s": 500.0,
        "achieved_per_s": 499.0,
        "lag_p99_s": 0.001,
        "n_failed": 0,
        "client_cores": 0.3,
        "server_late_p99_s": 0.001,
    }
    return Step(**{**good, **changes})


@pytest.mark.parametrize(
    "changes", [{"achieved_per_s": 400.0}, {"lag_p99_s": 0.006}, {"n_failed": 1}], ids=str
)
def test_a_rate_is_sustained_only_in_full_in_time_and_without_loss(changes: Any) -> None:
    assert step().is_sustained
    assert not step(**changes).is_sustained
    assert highest([step(), step(offered_per_s=900.0, **changes)]) == step()
    assert highest([step(**changes)]) is None
