"""A run folder has one writer; a resumed run is the same run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.workplace import Workplace

from harness import load_run
from harness.adapters.python import PythonAdapter
from harness.core.errors import StoreError
from harness.store.folder_lock import FolderLock
from harness.store.run_folder import RunWriter
from harness.store.samples_file import StoredRecords

TWO_MODELS = """
[[model]]
name = "one"
adapter = "echo"
labels = ["bad", "good"]

[[model]]
name = "two"
adapter = "echo"
labels = ["bad", "good"]

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
metrics = ["confusion"]
"""


TALKERS = """
[[model]]
name = "first"
adapter = "python"
target = "first_talker:talk"
path = "."

[[model]]
name = "second"
adapter = "python"
target = "second_talker:talk"
path = "."

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
metrics = ["confusion"]
"""


def test_a_second_writer_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    first = RunWriter(tmp_path / "run", ())
    with pytest.raises(StoreError, match="is being written by another process; wait for it"):
        RunWriter(tmp_path / "run", ())
    first.close()
    RunWriter(tmp_path / "run", ()).close()
    kept = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert kept == [".lock", "samples.jsonl"]


def test_a_lock_is_released_twice_without_harm(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.release()
    lock.release()
    FolderLock(tmp_path).release()


def test_a_resume_of_another_plan_is_refused(place: Workplace) -> None:
    place.films(TWO_MODELS)
    outcome = place.harness("run", "films.toml", "--suite", "films", "--model", "one")
    assert outcome.code == 0
    manifest = place.latest / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"complete"', '"running"'))
    before = manifest.read_bytes()

    outcome = place.harness("run", "films.toml", "--resume", "latest")

    assert outcome.code == 2
    assert "the run and the spec differ by films on two" in outcome.errors[0]
    assert manifest.read_bytes() == before


def test_a_killed_run_is_shown_with_what_it_has(place: Workplace) -> None:
    place.films(TWO_MODELS)
    assert place.harness("run", "films.toml").code == 0
    manifest = place.latest / "manifest.json"
    killed = manifest.read_text().replace('"complete"', '"running"')
    manifest.write_text(killed.replace('"n_answered": 4', '"n_answered": 0'))
    (place.latest / "report.html").unlink()

    out = place.harness("show", "latest").out

    assert "films · one: 4 of 4 answered" in out
    assert "the run is running" in out
    assert "no report yet: harness report" in out


def test_a_missing_model_is_missed_before_the_first_is_asked(place: Workplace) -> None:
    spec = TWO_MODELS + '\n[[model]]\nname = "three"\nadapter = "sklearn"\npath = "no_such.skops"\n'
    place.films(spec)

    outcome = place.harness("run", "films.toml")

    assert outcome.code == 2
    assert "no_such.skops': no such file or folder" in outcome.errors[0]
    assert not (place.folder / "runs").exists()


def test_a_resume_that_is_refused_late_leaves_the_run_as_it_was(place: Workplace) -> None:
    place.films(TALKERS)
    talks = "def talk(prompt):\n    return {answer!r}\n"
    place.write("first_talker.py", talks.format(answer="bad"))
    place.write("second_talker.py", talks.format(answer="?"))
    assert place.harness("run", "films.toml").code == 3
    before = {path.name: path.read_bytes() for path in place.latest.iterdir()}
    place.write("second_talker.py", talks.format(answer="good"))

    outcome = place.harness("run", "films.toml", "--resume", "latest")

    assert outcome.code == 2
    assert "model 'second' is not the one that answered before" in outcome.errors[0]
    assert {path.name: path.read_bytes() for path in place.latest.iterdir()} == before


def test_a_sample_that_was_asked_again_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    rows = [
        {"model": "m", "suite": "s", "index": index, "answer": answer}
        for index, answer in [(0, "rejected"), (1, "right"), (0, "right")]
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    records = StoredRecords(tmp_path)
    assert len(records) == 2
    assert [row["answer"] for row in records.rows()] == ["right", "right"]


def test_a_resumed_night_stays_in_its_line(place: Workplace) -> None:
    place.films(TWO_MODELS)
    assert place.harness("run", "films.toml").code == 0
    manifest = place.latest / "manifest.json"
    killed = manifest.read_text().replace('"complete"', '"running"')
    manifest.write_text(killed.replace('"line": ""', '"line": "main"'))

    assert place.harness("run", "films.toml", "--resume", "latest").code == 0

    assert place.manifest()["line"] == "main"
    assert place.manifest()["status"] == "complete"


def test_a_killed_run_has_columns_and_counts(place: Workplace) -> None:
    place.films(TWO_MODELS)
    assert place.harness("run", "films.toml").code == 0
    manifest = place.latest / "manifest.json"
    killed = manifest.read_text().replace('"complete"', '"running"')
    manifest.write_text(killed.replace('"n_answered": 4', '"n_answered": 0'))
    (place.latest / "metrics.json").unlink()

    result = load_run("latest")

    assert [done.n_answered for done in result.run.manifest.evaluations] == [4, 4]
    assert result.to_frame().query("metric == 'accuracy'").empty


def test_an_interruption_before_anything_is_asked_leaves_the_resumed_run_as_it_was(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.films(TALKERS.replace("first_talker", "early").replace("second_talker", "late"))
    place.write("early.py", "def talk(prompt):\n    return 'bad'\n")
    place.write("late.py", "def talk(prompt):\n    return '?'\n")
    assert place.harness("run", "films.toml").code == 3
    before = {path.name: path.read_bytes() for path in place.latest.iterdir()}

    def interrupted(adapter: object) -> None:
        del adapter
        raise KeyboardInterrupt

    monkeypatch.setattr(PythonAdapter, "open", interrupted)

    assert place.harness("run", "films.toml", "--resume", "latest").code == 130
    assert {path.name: path.read_bytes() for path in place.latest.iterdir()} == before
