"""``lm_eval:libra:part`` is a name, though a terminal library reads ``:libra:`` as a picture."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.synthetic_latency import latency_run

from harness.cli.progress import terminal_progress
from harness.cli.table import print_result
from harness.result import Result

NAME = "lm_eval:libra:part"


def test_the_table_of_a_run_has_names_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    run = latency_run()
    first = replace(run.manifest.evaluations[0], suite=NAME, error=f"{NAME} is lost")
    manifest = replace(run.manifest, name=NAME, evaluations=(first,))

    print_result(Result(run=replace(run, manifest=manifest), folder=Path("nowhere")))

    assert capsys.readouterr().out.count(NAME) == 3


def test_progress_has_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_progress() as progress:
        progress.note(NAME)

    assert NAME in capsys.readouterr().err
