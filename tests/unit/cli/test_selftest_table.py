"""What the self-test prints of a made-up result."""

import dataclasses
import json

import pytest

from harness.cli.selftest_table import as_json_text, print_self_test
from harness.selftest.capacity import Step
from harness.selftest.machine_noise import MachineNoise
from harness.selftest.mode_result import Compared, ModeResult
from harness.selftest.selftest import SelfTest

RIGHT = ModeResult(
    mode="role frame first",
    n_streams=16,
    n_requests=32,
    n_failed=0,
    n_refused=0,
    ttft=Compared(told_s=0.0606, true_s=0.06),
    tpot=Compared(told_s=0.01, true_s=0.01),
    problems=(),
)
STEP = Step(
    unit="requests",
    offered_per_s=1000.0,
    achieved_per_s=999.0,
    lag_p99_s=0.0012,
    n_failed=0,
    client_cores=0.4,
    server_late_p99_s=0.001,
)
RESULT = SelfTest(
    noise=MachineNoise(
        oversleep_p50_s=0.00005, oversleep_p99_s=0.0001, load_average=0.5, n_cores=2
    ),
    in_process=Compared(told_s=0.0301, true_s=0.03),
    modes=(RIGHT,),
    requests=(STEP, dataclasses.replace(STEP, offered_per_s=2000.0, achieved_per_s=1100.0)),
    chunks=(dataclasses.replace(STEP, unit="chunks", lag_p99_s=0.02),),
    is_judging_rates=True,
)


def printed(result: SelfTest, capsys: pytest.CaptureFixture[str]) -> str:
    print_self_test(result)
    return " ".join(capsys.readouterr().out.split())


def test_errors_rates_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(RESULT, capsys)
    assert "role frame first 16 32 +0.600 +1.00 +0.000 +0.00 right" in text
    assert "sustained: 1,000 requests/s with a p99 lag of 1.20 ms" in text
    assert "no rate of chunks was sustained with a p99 lag below 5 ms" in text
    assert "all medians are within 1 ms and 2 %" in text
    assert "in this process: an answer of 30.0 ms is told to take +0.100 ms more (+0.33 %)" in text
    assert text.endswith("500 requests/s and 20,000 chunks/s were not both sustained")
    assert "others use this machine" not in text


def test_quick_judges_no_rate(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(dataclasses.replace(RESULT, is_judging_rates=False), capsys)
    assert "were not both sustained: not judged, for --quick keeps each rate up" in text


def test_rates_that_are_sustained_need_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    chunks = (dataclasses.replace(STEP, unit="chunks", offered_per_s=2e4, achieved_per_s=2e4),)
    text = printed(dataclasses.replace(RESULT, chunks=chunks), capsys)
    assert "not both sustained" not in text


def test_the_end_of_the_ladder_is_no_limit(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(dataclasses.replace(RESULT, requests=(STEP,)), capsys)
    assert "sustained: at least 1,000 requests/s" in text


def test_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = dataclasses.replace(
        RIGHT, tpot=Compared(told_s=None, true_s=None), problems=("2 tokens were told, not 8",)
    )
    noisy = dataclasses.replace(RESULT.noise, oversleep_p99_s=0.004, load_average=None)
    text = printed(dataclasses.replace(RESULT, modes=(wrong,), noise=noisy), capsys)
    assert "+1.00 - wrong" in text
    assert "role frame first, 16 streams: 2 tokens were told, not 8" in text
    assert "a median is off by more than 1 ms or 2 %, or a count is wrong" in text
    assert "load unknown on 2 cores: others use this machine" in text


def test_json_has_the_verdict_and_the_rates() -> None:
    data = json.loads(as_json_text(RESULT))
    assert (data["is_within"], data["is_fast"], data["is_passed"]) == (True, False, False)
    assert data["sustained_requests_per_s"] == 1000
    assert data["sustained_chunks_per_s"] is None
    assert data["modes"][0]["ttft"] == {"told_s": 0.0606, "true_s": 0.06}
