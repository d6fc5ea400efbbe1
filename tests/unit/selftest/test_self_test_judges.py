"""The self-test finds what it is for: chunks taken for tokens, and clocks that are off."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace
from harness.selftest.capacity import Step, highest
from harness.selftest.in_process import in_process
from harness.selftest.machine_noise import MachineNoise
from harness.selftest.mock_script import MockScript
from harness.selftest.mode_result import Compared, mode_result
from harness.selftest.modes import MODES
from harness.selftest.selftest import SelfTest
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
PLAIN = MODES[0]
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
        (None, 0.010, False),
        (0.010, None, False),
        (None, None, True),
    ],
)
def test_limits_are_1_ms_and_2_percent(
    told_s: float | None, true_s: float | None, *, is_within: bool
) -> None:
    assert Compared(told_s=told_s, true_s=true_s).is_within is is_within


REFUSED = dataclasses.replace(TRUE, failure=Failure(kind=FailureKind.RATE_LIMITED, message="later"))


def test_a_mode_compares_the_medians_of_what_was_answered() -> None:
    late = dataclasses.replace(TRUE, chunk_ns=(51_000_000, 91_000_000))
    result = mode_result(PLAIN, 2, [(late, TRUE), (REFUSED, None)], ["a", "a"])
    assert (result.n_requests, result.n_failed, result.n_refused) == (2, 1, 1)
    assert result.ttft.error_s == pytest.approx(0.001)
    assert result.tpot.error_s == pytest.approx(0)
    assert result.problems == ("a",)
    assert not result.is_within
    assert mode_result(PLAIN, 2, [(TRUE, TRUE), (REFUSED, None)], []).is_within


def test_answers_that_are_lost_are_no_success() -> None:
    assert not mode_result(PLAIN, 1, [(REFUSED, TRUE)], []).is_within
    assert not mode_result(PLAIN, 1, [(TRUE, TRUE), (REFUSED, TRUE)], []).is_within


def test_times_that_are_not_told_are_no_success() -> None:
    untimed = dataclasses.replace(TRUE, n_output_tokens=None)
    assert not mode_result(PLAIN, 1, [(untimed, TRUE)], []).is_within
    silent = next(mode for mode in MODES if mode.name == "no usage")
    assert mode_result(silent, 1, [(untimed, TRUE)], []).is_within


def test_a_wrong_divisor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(trace: Trace) -> float:
        return (trace.token_ns[-1] - trace.token_ns[0]) / 1e9 / (trace.n_output_tokens or 1)

    monkeypatch.setattr("harness.selftest.mode_result.tpot", wrong)
    assert not mode_result(PLAIN, 1, [(TRUE, TRUE)], []).is_within


def test_modes_are_all_different_and_can_be_played() -> None:
    assert len({mode.name for mode in MODES}) == len(MODES)
    assert len({(mode.script, mode.api) for mode in MODES}) == len(MODES)


def test_the_suite_is_timed_by_a_model_that_knows_its_times() -> None:
    notes: list[str] = []
    result = in_process(3, notes.append)
    assert result.told_s is not None
    assert result.true_s is not None
    # The suite's clock is around the model's: it shows more, and on a busy machine a lot.
    assert 0.03 <= result.true_s <= result.told_s < result.true_s + 1
    assert any("timing 3 requests" in note for note in notes)


def test_a_fault_of_the_suites_clock_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def e2e(trace: Trace) -> float:
        return (trace.ended_ns - trace.sent_ns) / 1e9 * 2

    monkeypatch.setattr("harness.selftest.in_process.e2e", e2e)
    assert not in_process(2, print).is_within


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


@pytest.mark.parametrize(
    ("requests", "chunks", "is_fast"),
    [((500.0,), (20_000.0,), True), ((250.0,), (20_000.0,), False), ((500.0,), (), False)],
)
@pytest.mark.parametrize("is_judging", [True, False])
def test_a_slow_generator_fails_where_rates_are_judged(
    requests: tuple[float, ...], chunks: tuple[float, ...], *, is_fast: bool, is_judging: bool
) -> None:
    good = Compared(told_s=0.03, true_s=0.03)
    result = SelfTest(
        noise=MachineNoise(oversleep_p50_s=0, oversleep_p99_s=0, load_average=None, n_cores=1),
        in_process=good,
        modes=(),
        requests=tuple(step(offered_per_s=rate, achieved_per_s=rate) for rate in requests),
        chunks=tuple(
            step(unit="chunks", offered_per_s=rate, achieved_per_s=rate) for rate in chunks
        ),
        is_judging_rates=is_judging,
    )
    assert result.is_fast is is_fast
    assert result.is_passed is (is_fast or not is_judging)
    beyond = dataclasses.replace(result, in_process=Compared(told_s=None, true_s=0.03))
    assert not beyond.is_passed
