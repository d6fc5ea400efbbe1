"""What the table of a run says beside its numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.synthetic_latency import MODELS, latency_run

from harness.cli.table import print_result
from harness.result import Result

TEST = "permutation test: p = 0.2, of equal forms 0.01 to 0.1"


def test_what_is_remarked_of_a_number_is_told_though_it_has_an_interval(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    run = latency_run()
    chosen = next(e for e in run.estimates if e.interval and e.quantity.stem == "tpot_p50")
    noted = tuple(replace(e, note=TEST) if e is chosen else e for e in run.estimates)

    print_result(Result(run=replace(run, estimates=noted), folder=Path("nowhere")))

    lines = capsys.readouterr().out.splitlines()
    assert chosen.model == MODELS[0]
    assert lines.count(f"  tpot_p50: {TEST}") == 1
