"""Runs that are killed, interrupted or cut short keep what they have, and can be taken up."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.toy_models import ToyAdapter, ToySession
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite
from fakes.workplace import Workplace

from harness import load_run
from harness.api import Silent
from harness.audit import audit
from harness.core.errors import ConfigError
from harness.core.run import Status
from harness.core.spec import RunSpec

N = 12
N_BEFORE = 7
SLOW = f"""
import os, pathlib, time

n_called = 0


def shout(prompt):
    global n_called
    n_called += 1
    if n_called > {N_BEFORE} and os.environ.get("STALL"):
        pathlib.Path("stalled").touch()
        time.sleep(120)
    return prompt.upper()
"""
SPEC = """
[[model]]
name = "slow"
adapter = "python"
target = "slow_model:shout"
path = "."

[[suite]]
name = "shouting"
suite = "generation"
data = "words.csv"
columns = { text = "word", target = "shouted", slices = ["half"] }
metrics = ["exact_match", "chrf", "distinct"]
"""


def start_and_stop(place: Workplace, stop: signal.Signals) -> subprocess.Popen[str]:
    """Start the run of SPEC, and send the signal once it has seven answers."""
    rows = [f"w{i},{'W' if i % 3 else 'x'}{i},{i % 2}" for i in range(N)]
    place.write("words.csv", "word,shouted,half\n" + "\n".join(rows) + "\n")
    place.write("slow_model.py", SLOW)
    place.write("spec.toml", SPEC)
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("harness")), "run", "spec.toml"],
        cwd=place.folder,
        env={**os.environ, "STALL": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = time.monotonic() + 60
    while not (place.folder / "stalled").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.05)
    process.send_signal(stop)
    return process


def test_a_killed_run_is_whole_up_to_the_kill_and_can_be_finished(place: Workplace) -> None:
    process = start_and_stop(place, signal.SIGKILL)
    process.communicate()
    killed = place.latest

    lines = (killed / "samples.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [f"w{i}" for i in range(N_BEFORE)]
    assert place.manifest()["status"] == "running"
    report = place.harness("report", killed.name, "--format", "md")
    assert report.code == 0
    assert "running" in report.out.lower()
    assert place.harness("show", "latest").code == 0

    resumed = place.harness("run", "spec.toml", "--resume", killed.name)
    assert resumed.code == 0
    assert place.runs == [killed]
    assert place.manifest()["status"] == "complete"
    assert place.manifest()["evaluations"][0]["n_answered"] == N

    assert place.harness("run", "spec.toml").code == 0
    uninterrupted = place.latest
    assert uninterrupted != killed
    assert (killed / "metrics.json").read_bytes() == (uninterrupted / "metrics.json").read_bytes()
    of_both = [load_run(run).samples() for run in (killed, uninterrupted)]
    assert of_both[0].equals(of_both[1])


def test_control_c_ends_with_130_and_keeps_the_numbers(place: Workplace) -> None:
    process = start_and_stop(place, signal.SIGINT)
    _, err = process.communicate()

    assert process.returncode == 130
    assert "interrupted; what was answered until now is kept" in err
    assert "Traceback" not in err
    assert place.manifest()["status"] == "interrupted"
    exact = place.values()["slow", "shouting", "exact_match"]
    assert exact["n"] == N_BEFORE
    assert exact["value"] == pytest.approx(4 / 7)
    assert (place.latest / "report.html").is_file()
    assert place.console("run", "spec.toml", "--resume", "latest").code == 0


def test_a_line_cut_by_a_kill_is_asked_again(place: Workplace) -> None:
    folder = interrupted_run(place)
    samples = folder / "samples.jsonl"
    samples.write_bytes(samples.read_bytes()[:-20])

    assert len(load_run(folder).samples()) == 2
    audit(whole_spec(place), Silent(), resume=folder)

    assert ToySession.asked[-8:] == [f"id-{i}" for i in range(2, 10)]
    assert list(load_run(folder).samples()["sample_id"]) == [f"id-{i}" for i in range(10)]


def whole_spec(place: Workplace) -> RunSpec:
    return toy_spec(place.folder / "runs", ToyAdapter())


def interrupted_run(place: Workplace) -> Path:
    """Return the folder of a run that has three of its ten answers."""
    with pytest.raises(KeyboardInterrupt):
        audit(toy_spec(place.folder / "runs", ToyAdapter(habit="is interrupted")), Silent())
    return place.latest


class TestResume:
    def test_only_what_is_missing_is_asked(self, place: Workplace) -> None:
        folder = interrupted_run(place)
        ToySession.asked.clear()
        assert audit(whole_spec(place), Silent(), resume=folder) == folder
        assert ToySession.asked == [f"id-{i}" for i in range(3, 10)]
        assert (folder / "samples.parquet").is_file()
        assert not (folder / "samples.jsonl").exists()

    def test_failures_are_asked_again(self, place: Workplace) -> None:
        flaky = ToyAdapter(habit="fails once in three")
        folder = audit(toy_spec(place.folder / "runs", flaky), Silent())
        assert load_run(folder).run.manifest.status is Status.INCOMPLETE
        ToySession.asked.clear()

        # The first run has ended, so that its lines are a Parquet file by now.
        assert (folder / "samples.parquet").is_file()
        audit(whole_spec(place), Silent(), resume=folder)

        assert ToySession.asked == ["id-1", "id-4", "id-7"]
        frame = load_run(folder).samples()
        assert list(frame["sample_id"]) == [f"id-{i}" for i in range(10)]
        assert set(frame["failure"]) == {""}
        assert load_run(folder).run.manifest.status is Status.COMPLETE

    def test_a_lost_model_is_taken_up(self, place: Workplace) -> None:
        lost = ToyAdapter(habit="is lost")
        folder = audit(toy_spec(place.folder / "runs", lost), Silent())
        audit(whole_spec(place), Silent(), resume=folder)
        uninterrupted = audit(whole_spec(place), Silent())
        assert (folder / "metrics.json").read_bytes() == (
            uninterrupted / "metrics.json"
        ).read_bytes()

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"seed": 4}, "the seed was 0, and is 4; give --seed 0"),
            ({"suites": (ToySuite(n=12),)}, "suite 'suite0' or its data have changed"),
        ],
    )
    def test_another_question_is_refused(
        self, changed: dict[str, Any], reason: str, place: Workplace
    ) -> None:
        folder = interrupted_run(place)
        before = contents(folder)
        spec = toy_spec(place.folder / "runs", ToyAdapter(), **changed)
        with pytest.raises(ConfigError, match=reason):
            audit(spec, Silent(), resume=folder)
        assert contents(folder) == before

    def test_another_limit_is_refused(self, place: Workplace) -> None:
        process = start_and_stop(place, signal.SIGKILL)
        process.communicate()
        outcome = place.harness("run", "spec.toml", "--resume", "latest", "--limit", 9)
        assert outcome.code == 2
        assert (
            "suite 'shouting' asked 12 samples of a model that generates, and now 9"
            in (outcome.errors[0])
        )

    def test_another_model_is_refused(self, place: Workplace) -> None:
        folder = interrupted_run(place)
        before = contents(folder)
        other = toy_spec(place.folder / "runs", ToyAdapter(weights="others"))
        with pytest.raises(ConfigError, match="model 'model0' is not the one that answered before"):
            audit(other, Silent(), resume=folder)
        assert contents(folder) == before

    def test_a_complete_run_is_refused_untouched(self, place: Workplace) -> None:
        folder = audit(whole_spec(place), Silent())
        before = contents(folder)
        with pytest.raises(ConfigError, match="is complete; start a new run"):
            audit(whole_spec(place), Silent(), resume=folder)
        assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestFullDisk:
    """On a file system of its own, a few kilobytes large."""

    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> Iterator[Path]:
        folder = tmp_path / "small"
        folder.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)]
        if os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("mounting a small disk takes root")
        if subprocess.run(options, capture_output=True, check=False).returncode:
            pytest.skip("this container may not mount")
        yield folder
        subprocess.run(["umount", str(folder)], check=True)

    def test_it_is_told_in_one_sentence(self, small_disk: Path, place: Workplace) -> None:
        rows = "\n".join(f"{'word ' * 50}{i},x" for i in range(500))
        place.write("long.csv", f"text,label\n{rows}\n")
        spec = """
            [[model]]
            name = "m"
            adapter = "echo"

            [[suite]]
            suite = "generation"
            data = "long.csv"
            columns = { text = "text", target = "label" }
            metrics = ["exact_match"]
        """
        place.write("spec.toml", spec)
        outcome = place.harness("run", "spec.toml", "--out", small_disk)

        assert outcome.code == 3
        (error,) = outcome.errors
        assert "No space left on device" in error
        assert "what was answered until now is kept" in error
        assert "Traceback" not in outcome.err
        (folder,) = small_disk.iterdir()
        kept = load_run(folder).run
        assert 10 < len(list(kept.records)) < 500


@pytest.mark.parametrize("out", ["films.csv", "films.csv/deeper", "/proc/nowhere"])
def test_a_folder_that_cannot_be_made(out: str, place: Workplace) -> None:
    outcome = place.harness("run", place.films(), "--out", out)
    assert outcome.code == 3
    (error,) = outcome.errors
    assert "cannot be made" in error
    assert "choose another --out" in error


@pytest.mark.parametrize("name", ["manifest.json", "metrics.json", "report.html"])
def test_a_document_that_cannot_be_written(
    name: str, place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", full)
    outcome = place.harness("run", place.films())
    assert outcome.code == 3
    (error,) = outcome.errors
    assert f"{name}: cannot be written (No space left on device)" in error
    assert not list(place.latest.glob(".*.partial"))
