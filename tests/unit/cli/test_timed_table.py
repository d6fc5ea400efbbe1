from dataclasses import replace
from pathlib import Path

import pytest
from fakes.synthetic_latency import LOADS, MODELS, compared_latency_run, latency_run

from harness.cli.judgement_table import print_judgement
from harness.cli.table import print_result
from harness.result import Result


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "120")
    print_result(Result(run=latency_run(), folder=Path("nowhere")))
    return capsys.readouterr().out


def test_a_load_test_shows_its_headlines_alone_and_counts_the_rest(printed: str) -> None:
    assert f"latency · {MODELS[0]} at {LOADS[0]}: 5 of 5 answered" in printed
    assert "tpot_p50 ↓" in printed
    assert "tpot_p90" not in printed
    assert printed.count("96 more numbers by load are in the report") == 2


def test_a_load_counts_the_rounds_that_ended_after_it_with_the_whole_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    run = latency_run()
    done = tuple(replace(one, n_answered=3) for one in run.manifest.evaluations)
    later = {*LOADS} - {LOADS[0]}
    estimates = tuple(replace(e, n=3) if e.quantity.load in later else e for e in run.estimates)
    run = replace(run, manifest=replace(run.manifest, evaluations=done), estimates=estimates)

    print_result(Result(run=run, folder=Path("nowhere")))

    printed = capsys.readouterr().out
    for model in MODELS:
        assert f"latency · {model} at {LOADS[0]}: 5 of 5 answered" in printed
        assert f"latency · {model} at {LOADS[1]}: 3 of 5 answered" in printed


def test_times_are_read_in_milliseconds_and_rates_with_their_unit(printed: str) -> None:
    assert "12.34 ms" in printed
    assert "11.96 … 12.72" in printed
    assert "76.2 tokens/s" in printed


def test_an_unsteady_machine_is_told(printed: str) -> None:
    assert f"unstable at {LOADS[-1]}: round 2: the clock fell" in printed


@pytest.mark.parametrize("columns", ["80", "120"])
def test_no_terminal_is_too_narrow_for_a_load_or_a_name(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    run = compared_latency_run()
    assert run.judgement is not None

    print_result(Result(run=latency_run(), folder=Path("nowhere")))
    of_run = capsys.readouterr().out
    print_judgement(run.judgement)
    of_verdict = capsys.readouterr().out.partition("history:")[0]

    for text in (of_run, of_verdict):
        assert f"at {LOADS[1]}" in text
        assert "…" not in text.replace(" … ", "").replace(" …\n", "")
    tables = [line for line in of_verdict.splitlines() if line.startswith("  ")]
    assert max(map(len, tables)) <= int(columns)


def test_a_verdict_tells_times_in_milliseconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    judgement = compared_latency_run().judgement
    assert judgement is not None
    print_judgement(judgement)

    text = capsys.readouterr().out
    row = next(f.difference for f in judgement.gates if f.difference.quantity.stem == "tpot_p50")
    assert row.baseline is not None
    assert "tpot_p50, ms ↓" in text
    assert f" {1000 * row.baseline:.4g} " in text


def test_why_no_number_has_an_interval_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    run, note = latency_run(), "one round: set rounds = 2 or more"
    lone = tuple(
        e if e.value is None else replace(e, interval=None, note=note) for e in run.estimates
    )

    print_result(Result(run=replace(run, estimates=lone), folder=Path("nowhere")))

    assert capsys.readouterr().out.count(note) == len(MODELS)


def test_what_holds_for_a_load_is_told_once_and_not_under_each_of_its_gates(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judgement = compared_latency_run().judgement
    assert judgement is not None
    remarked = tuple(replace(f, remarks=("the clock fell",)) for f in judgement.findings)

    print_judgement(replace(judgement, findings=remarked))

    gates = list(judgement.gates)
    n_places = len({(f.difference.model, f.difference.quantity.load) for f in gates})
    assert 0 < n_places < len(gates)
    assert capsys.readouterr().out.count("the clock fell") == n_places
