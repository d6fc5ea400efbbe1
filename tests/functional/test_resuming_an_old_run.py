"""A run that an earlier version left unfinished is taken up, and written anew in this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes.toy_models import ToyAdapter, ToySession
from fakes.toy_spec import toy_spec
from fakes.workplace import Workplace

from harness.api import Silent
from harness.audit import audit
from harness.core.schema import SCHEMA_VERSION

NEW_IN_MANIFEST = ("line", "spec_folder", "rescored_from", "is_repeat")


def interrupted_run_of_version_1(place: Workplace) -> Path:
    """Return a run with three of its ten answers, its documents as version 1 wrote them."""
    with pytest.raises(KeyboardInterrupt):
        audit(toy_spec(place.folder / "runs", ToyAdapter(habit="is interrupted")), Silent())
    manifest = place.manifest()
    old: dict[str, Any] = {key: manifest[key] for key in manifest if key not in NEW_IN_MANIFEST}
    for done in old["evaluations"]:
        del done["metric_options"]
    write(place.latest / "manifest.json", old | {"schema_version": 1})
    metrics = json.loads((place.latest / "metrics.json").read_text(encoding="utf-8"))
    write(place.latest / "metrics.json", metrics | {"schema_version": 1})
    return place.latest


def write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")


def test_it_keeps_its_answers_and_is_written_anew(place: Workplace) -> None:
    folder = interrupted_run_of_version_1(place)
    ToySession.asked.clear()
    audit(toy_spec(place.folder / "runs", ToyAdapter()), Silent(), resume=folder)
    assert ToySession.asked == [f"id-{i}" for i in range(3, 10)]
    manifest = place.manifest(folder)
    assert (manifest["schema_version"], manifest["status"]) == (SCHEMA_VERSION, "complete")
    assert set(NEW_IN_MANIFEST) <= manifest.keys()
    (done,) = manifest["evaluations"]
    assert done["metric_options"].keys() == {"toy", "variety"}
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["schema_version"] == SCHEMA_VERSION


def test_looking_at_it_changes_nothing(place: Workplace) -> None:
    folder = interrupted_run_of_version_1(place)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert place.harness("show", folder).code == 0
    assert "3 of 10 samples answered" in place.harness("report", folder, "--format", "md").out
    assert "interrupted" in place.harness("list", "runs").out
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
