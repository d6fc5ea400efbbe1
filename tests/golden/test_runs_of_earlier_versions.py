"""Run folders that earlier versions of the program wrote, read by this one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from harness import load_run, registry
from harness.audit import render
from harness.cli.main import run
from harness.core.build import Problems, build
from harness.core.estimate import signature_text
from harness.core.response import Failure
from harness.core.schema import SCHEMA_VERSION

_RUNS = Path(__file__).parent / "runs"
_OLD = sorted(path.parent for path in _RUNS.glob("schema_*/*/manifest.json"))
_CAPITALS, _SENTIMENT = _RUNS / "schema_1" / "capitals", _RUNS / "schema_1" / "sentiment"


def _bytes_of(folder: Path) -> dict[str, str]:
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def _written(folder: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("folder", _OLD, ids=lambda folder: folder.name)
def test_an_old_run_is_read_as_one_of_now_and_left_as_it_is(folder: Path) -> None:
    before = _bytes_of(folder)
    loaded = load_run(folder).run
    manifest, metrics = _written(folder, "manifest.json"), _written(folder, "metrics.json")
    assert (manifest["schema_version"], metrics["schema_version"]) == (1, 1)
    assert loaded.manifest.schema_version == SCHEMA_VERSION
    assert loaded.manifest.run_id == manifest["run_id"]
    assert loaded.manifest.spec == manifest["spec"]
    assert (loaded.manifest.line, loaded.manifest.spec_folder) == ("", "")
    assert [estimate.value for estimate in loaded.estimates] == [
        entry["value"] for entry in metrics["estimates"]
    ]
    assert sum(map(len, loaded.figures.values())) == len(metrics["figures"])
    assert len(list(loaded.records)) == 12
    assert _bytes_of(folder) == before


def test_its_answers_and_failures_are_all_there() -> None:
    records = list(load_run(_CAPITALS).run.records)
    failed = [record.sample.id for record in records if isinstance(record.answer, Failure)]
    assert failed == ["nepal", "jordan"]
    assert records[0].scores["exact_match.exact_match"] == 1.0


@pytest.mark.parametrize("folder", _OLD, ids=lambda folder: folder.name)
def test_metrics_made_of_the_options_filled_in_sign_as_they_did(folder: Path) -> None:
    """A version of a library may have changed since; every other setting must not have."""
    (done,) = load_run(folder).run.manifest.evaluations
    assert done.metric_options.keys() == done.metric_signatures.keys()
    for name, options in done.metric_options.items():
        metric = _made(name, options)
        then, now = done.metric_signatures[name], signature_text(metric.signature)
        assert _without_versions(now) == _without_versions(then)


def _made(name: str, options: Mapping[str, object]) -> Any:
    problems = Problems()
    metric = build(registry.find("metrics", name, name), options, name, problems)
    problems.raise_any()
    return metric


def _without_versions(signature: str) -> list[str]:
    return [part for part in signature.split("|") if not part.startswith("version:")]


def test_the_options_of_an_old_run() -> None:
    (capitals,) = load_run(_CAPITALS).run.manifest.evaluations
    assert capitals.metric_options["chrf"] == {
        "char_order": 6,
        "word_order": 2,
        "beta": 2,
        "lowercase": False,
        "whitespace": False,
    }
    (sentiment,) = load_run(_SENTIMENT).run.manifest.evaluations
    labels = ["negative", "positive"]
    assert sentiment.metric_options == {
        "confusion": {"labels": labels, "positive": "positive"},
        "ranking": {"labels": labels, "positive": "positive"},
        "calibration": {"labels": labels, "n_bins": 15},
    }


@pytest.mark.parametrize("form", sorted(registry.registered("reports")))
@pytest.mark.parametrize("folder", _OLD, ids=lambda folder: folder.name)
def test_an_old_run_is_reported_in_every_form(folder: Path, form: str) -> None:
    old = load_run(folder).run
    assert old.manifest.evaluations[0].suite in render(old, form)


def test_the_commands_read_old_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "runs", "--root", str(_CAPITALS.parent)]) == 0
    assert "complete     capitals  (capitals)" in capsys.readouterr().out
    assert run(["show", str(_CAPITALS)]) == 0
    assert "capitals · capitals: 10 of 12 answered" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["manifest.json", "metrics.json"])
def test_a_newer_run_is_refused_with_a_sentence(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "newer"
    shutil.copytree(_CAPITALS, folder)
    written = _written(folder, name) if (folder / name).exists() else {}
    newer = written | {"schema_version": SCHEMA_VERSION + 1}
    (folder / name).write_text(json.dumps(newer))
    assert run(["report", str(folder)]) == 3
    assert capsys.readouterr().err == (
        f"error: {folder / name}: has schema version 3, and this program knows versions up to 2;"
        " update the program\n"
    )
    assert run(["list", "runs", "--root", str(tmp_path)]) == 0
    assert "newer  unreadable" in capsys.readouterr().out


def test_a_newer_verdict_is_left_out_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run itself can be read: only what was said of it is not known here."""
    folder = tmp_path / "newer"
    shutil.copytree(_CAPITALS, folder)
    newer = {"schema_version": SCHEMA_VERSION + 1}
    (folder / "judgement.json").write_text(json.dumps(newer))
    assert run(["show", str(folder)]) == 0
    told = capsys.readouterr().err
    assert f"{folder / 'judgement.json'}: has schema version 3" in told
    assert "update the program" in told
