"""Manifest and metrics: values to JSON and back, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.synthetic_run import synthetic_run

from harness.core.errors import ConfigError, StoreError
from harness.core.redact import Scrubber
from harness.core.run import Status
from harness.core.schema import SCHEMA_VERSION
from harness.store.documents import (
    decode_manifest,
    decode_metrics,
    encode_manifest,
    encode_metrics,
    read_json,
    write_json,
    write_text,
)
from harness.store.run_folder import RunWriter, find_run, load_run_folder, new_run_id, run_folders

RUN = synthetic_run(n=40)
NO_SECRETS = Scrubber(())


def test_a_manifest_survives(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_json(path, encode_manifest(RUN.manifest), NO_SECRETS)
    assert decode_manifest(read_json(path), path) == RUN.manifest


def test_metrics_survive(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    write_json(path, encode_metrics(RUN.estimates, RUN.figures), NO_SECRETS)
    estimates, figures = decode_metrics(read_json(path), path)
    assert estimates == RUN.estimates
    again, before = encode_metrics(estimates, figures), encode_metrics(RUN.estimates, RUN.figures)
    assert json.dumps(again, sort_keys=True) == json.dumps(before, sort_keys=True)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    newer = replace(RUN.manifest, schema_version=SCHEMA_VERSION + 1)
    write_json(path, encode_manifest(newer), NO_SECRETS)
    with pytest.raises(StoreError, match=r"has schema version 3, .* up to 2; update the program"):
        load_run_folder(tmp_path)


def test_newer_metrics_are_refused_beside_a_manifest_of_now(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", encode_manifest(RUN.manifest), NO_SECRETS)
    metrics = encode_metrics((), {}) | {"schema_version": SCHEMA_VERSION + 1}
    write_json(tmp_path / "metrics.json", metrics, NO_SECRETS)
    with pytest.raises(StoreError, match=r"metrics\.json: has schema version 3, .* update the"):
        load_run_folder(tmp_path)


@pytest.mark.parametrize("version", ["1", 0, True, 1, SCHEMA_VERSION])
def test_what_is_no_manifest(version: object, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"has version|is no manifest"):
        decode_manifest({"schema_version": version}, tmp_path / "manifest.json")


def test_a_key_that_its_version_does_not_have_is_damage(tmp_path: Path) -> None:
    value = encode_manifest(RUN.manifest) | {"lines": ""}
    with pytest.raises(StoreError, match=r"is no manifest .*lines"):
        decode_manifest(value, tmp_path / "manifest.json")


def test_a_document_without_a_version(tmp_path: Path) -> None:
    value: dict[str, Any] = {}
    with pytest.raises(StoreError, match=r"manifest\.json: states no schema version; restore"):
        decode_manifest(value, tmp_path / "manifest.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "5", "\x00"])
def test_what_is_no_document(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json: .*; restore it"):
        load_run_folder(tmp_path)


@pytest.mark.parametrize("damage", [{}, {"estimates": [{}], "figures": []}, {"estimates": 5}])
@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_damaged_metrics_are_told(damage: dict[str, Any], version: int, tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", encode_manifest(RUN.manifest), NO_SECRETS)
    write_json(tmp_path / "metrics.json", damage | {"schema_version": version}, NO_SECRETS)
    with pytest.raises(StoreError, match=r"metrics\.json: is damaged"):
        load_run_folder(tmp_path)


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is missing; is this a run folder"):
        load_run_folder(tmp_path)


def test_a_killed_run_has_a_manifest_alone(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "run", ())
    writer.manifest(replace(RUN.manifest, status=Status.RUNNING))
    run = load_run_folder(tmp_path / "run")
    assert (run.estimates, dict(run.figures), list(run.records)) == ((), {}, [])
    writer.close()


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    write_text(path, "first")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StoreError, match="No space left on device"):
        write_text(path, "second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_character_does_not_cost_the_report(tmp_path: Path) -> None:
    write_text(tmp_path / "report.md", "half \ud800 done")
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == "half ? done"


def test_json_is_sorted_and_strict(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"b": "\ud800é", "a": 1}, NO_SECRETS)
    assert path.read_bytes() == b'{\n "a": 1,\n "b": "\\ud800\\u00e9"\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, float("nan"), NO_SECRETS)


def test_secrets_are_struck_out_of_documents(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "run", ("hunter2",))
    writer.manifest(replace(RUN.manifest, name="hunter2"))
    writer.close()
    for path in (tmp_path / "run").iterdir():
        assert "hunter2" not in path.read_text()


def test_run_ids_sort_by_time_and_differ() -> None:
    moments = [datetime(2026, 1, 2, 3, 4, 5, micro, UTC) for micro in (0, 999, 1000, 999_999)]
    moments.append(datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC))
    ids = [new_run_id(moment)[:18] for moment in moments]
    assert ids == sorted(ids)
    assert new_run_id(moments[0]) != new_run_id(moments[0])


def test_runs_are_found_oldest_first(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    (tmp_path / "no run").mkdir()
    assert [folder.name for folder in run_folders(tmp_path)] == ["a", "b", "c"]
    assert find_run("latest", tmp_path).name == "c"
    assert list(run_folders(tmp_path / "nowhere")) == []
    with pytest.raises(ConfigError, match="no such run"):
        find_run("latest", tmp_path / "nowhere")
