"""Noise studies: values to JSON and back, found by suite, data and checkpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import StoreError
from harness.core.noise import Noise, NoiseStudy
from harness.store.noise_studies import Studies, read_studies, read_study, write_study

ACCURACY = Noise(
    model="m",
    suite="s",
    quantity="accuracy",
    suite_hash="code",
    data_hash="data",
    fingerprint="weights",
    values=(0.5, 0.25),
    spread=0.17,
    floor=3.05,
    flip_rate=0.25,
    n=4,
)
DRAMA = replace(ACCURACY, slice=("genre", "drama"), n=2)
F1 = replace(ACCURACY, quantity="f1", flip_rate=None)
STUDY = NoiseStudy(
    at="2026-11-22T10:00:00.123456+00:00",
    name="nightly",
    varied=("batch size", "order"),
    run_ids=("one", "two"),
    noise=(ACCURACY, DRAMA, F1),
)
LATER = replace(STUDY, at="2026-11-23T10:00:00+00:00", noise=(replace(ACCURACY, spread=0.2), DRAMA))


def test_a_study_survives(tmp_path: Path) -> None:
    path = write_study(STUDY, tmp_path)

    assert path.parent == tmp_path / "noise"
    assert path.name.startswith("20261122T100000123-")
    assert read_study(path) == STUDY


def test_studies_come_oldest_first(tmp_path: Path) -> None:
    write_study(LATER, tmp_path)
    write_study(STUDY, tmp_path)

    assert read_studies(tmp_path) == Studies((STUDY, LATER), ())
    assert read_studies(tmp_path).noise == (*STUDY.noise, *LATER.noise)
    assert read_studies(tmp_path / "elsewhere") == Studies((), ())


def test_a_study_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    newer = damaged({"schema_version": 2}, write_study(STUDY, tmp_path))
    torn = write_study(STUDY, tmp_path)
    torn.write_text("{")
    write_study(LATER, tmp_path)

    known = read_studies(tmp_path)

    assert known.studies == (LATER,)
    for path in (newer, torn):
        (warning,) = (text for text in known.warnings if str(path) in text)
        assert warning.startswith(f"left out of the noise: {path}: ")
        assert warning.endswith("delete it and repeat harness noise")


def test_a_secret_is_struck_out(tmp_path: Path) -> None:
    path = write_study(replace(STUDY, name="run of sk-canary-1"), tmp_path, ("sk-canary-1",))

    assert "sk-canary-1" not in path.read_text()


def damaged(change: dict[str, Any], path: Path) -> Path:
    value = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps({key: value[key] for key in value if value[key] is not None}))
    return path


def test_a_newer_study_is_refused(tmp_path: Path) -> None:
    path = damaged({"schema_version": 2}, write_study(STUDY, tmp_path))
    with pytest.raises(StoreError, match="schema version 2, and this program knows up to 1"):
        read_study(path)


@pytest.mark.parametrize(
    "change", [{"noise": None}, {"noise": [{"slice": None}]}, {"varied": 3}, {"at": None}]
)
def test_a_damaged_study_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = damaged(change, write_study(STUDY, tmp_path))
    with pytest.raises(
        StoreError, match=r"is no noise study .* delete it and repeat harness noise"
    ):
        read_study(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "noise").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        write_study(STUDY, tmp_path)
