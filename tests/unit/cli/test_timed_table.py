from pathlib import Path

import pytest
from fakes.synthetic_latency import LOADS, latency_run

from harness.cli.table import print_result
from harness.result import Result


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "120")
    print_result(Result(run=latency_run(), folder=Path("nowhere")))
    return capsys.readouterr().out


def test_a_load_test_shows_its_headlines_alone_and_counts_the_rest(printed: str) -> None:
    assert f"tpot_p50@{LOADS[0]}" in printed
    assert "tpot_p90" not in printed
    assert printed.count("96 more numbers by load are in the report") == 2


def test_times_are_read_in_milliseconds_and_rates_with_their_unit(printed: str) -> None:
    assert "12.34 ms" in printed
    assert "11.96 … 12.72" in printed
    assert "76.2 tokens/s" in printed


def test_an_unsteady_machine_is_told(printed: str) -> None:
    assert f"unstable at {LOADS[-1]}: round 2: the clock fell" in printed
