"""A baseline is a name for a run: kept whole, replaced openly, never lost to another writer."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.synthetic_run import synthetic_run
from hypothesis import given
from hypothesis import strategies as st

from harness.core.errors import ConfigError, StoreError
from harness.core.run import Status
from harness.store.baselines import (
    BASELINES,
    check_name,
    read_baselines,
    remove_baseline,
    set_baseline,
)
from harness.store.folder_lock import FolderLock
from harness.store.run_folder import RunWriter, find_run, new_run_id

FIRST, SECOND = "20261101T010000000-aaaaaa", "20261102T010000000-bbbbbb"
MANIFEST = synthetic_run(n=4).manifest
SET_ANOTHER = """
import sys
from pathlib import Path
from harness.store.baselines import set_baseline
from harness.store.run_folder import load_run_folder

root = Path(sys.argv[1])
folder = root / sys.argv[2]
for number in range(10):
    set_baseline(f"{sys.argv[3]}{number}", folder, load_run_folder(folder).manifest, root)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for run_id in (FIRST, SECOND):
        writer = RunWriter(tmp_path / "runs" / run_id, ())
        writer.manifest(replace(MANIFEST, run_id=run_id))
        writer.close()
    return tmp_path / "runs"


def test_a_name_stands_for_its_run(root: Path) -> None:
    assert set_baseline("main", root / FIRST, MANIFEST, root) is None

    assert find_run("main", root) == root / FIRST
    assert find_run("latest", root) == root / SECOND
    assert find_run(SECOND[:9], root) == root / SECOND
    kept = read_baselines(root)["main"]
    assert (kept.run_id, kept.run_name, kept.started_at) == (
        FIRST,
        MANIFEST.name,
        MANIFEST.started_at,
    )
    assert kept.models == {name: parts["fingerprint"] for name, parts in MANIFEST.models.items()}


def test_a_folder_of_that_name_comes_first(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_baseline("main", root / FIRST, MANIFEST, root)
    monkeypatch.chdir(tmp_path)
    (root / SECOND).rename(tmp_path / "main")

    assert find_run("main", root) == Path("main")


def test_setting_again_tells_what_was_replaced(root: Path) -> None:
    set_baseline("main", root / FIRST, MANIFEST, root)

    before = set_baseline("main", root / SECOND, MANIFEST, root)

    assert before is not None
    assert before.run_id == FIRST
    assert find_run("main", root) == root / SECOND


@pytest.mark.parametrize("name", ["latest", "2026", FIRST, "a/b", "", "../x", "a b", "Ä", ".x"])
def test_names_that_could_be_something_else_are_refused(root: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of a baseline; use letters"):
        set_baseline(name, root / FIRST, MANIFEST, root)
    assert not (root / BASELINES).exists()


@given(st.text())
def test_no_name_is_a_path_or_the_start_of_an_id(name: str) -> None:
    nowhere = Path("no such folder")
    try:
        check_name(name, nowhere)
    except ConfigError:
        return
    assert Path(name).name == name
    assert not new_run_id(datetime.now(UTC)).startswith(name)


def test_the_name_of_a_folder_among_the_runs_is_refused(root: Path) -> None:
    (root / "noise").mkdir()
    with pytest.raises(ConfigError, match=r"is the name of something in .* choose another"):
        set_baseline("noise", root / FIRST, MANIFEST, root)


@pytest.mark.parametrize("status", [Status.RUNNING, Status.INCOMPLETE, Status.INTERRUPTED])
def test_a_run_that_is_not_complete_needs_force(root: Path, status: Status) -> None:
    unfinished = replace(MANIFEST, status=status)
    with pytest.raises(ConfigError, match=rf"the run is {status}; choose a complete one, or add"):
        set_baseline("main", root / FIRST, unfinished, root)

    set_baseline("main", root / FIRST, unfinished, root, is_forced=True)

    assert find_run("main", root) == root / FIRST


def test_a_repeat_of_a_noise_study_needs_force(root: Path) -> None:
    repeat = replace(MANIFEST, is_repeat=True)
    with pytest.raises(ConfigError, match=r"is a repeat of a noise study.*, or add --force"):
        set_baseline("main", root / FIRST, repeat, root)

    set_baseline("main", root / FIRST, repeat, root, is_forced=True)

    assert find_run("main", root) == root / FIRST


def test_a_run_elsewhere_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(ConfigError, match=r"lies outside .* give --root"):
        set_baseline("main", root / FIRST, MANIFEST, tmp_path / "other")


def test_a_baseline_whose_run_is_deleted_says_so(root: Path) -> None:
    set_baseline("main", root / FIRST, MANIFEST, root)
    for path in (root / FIRST).iterdir():
        path.unlink()
    (root / FIRST).rmdir()

    with pytest.raises(
        ConfigError, match=rf"^baseline 'main': its run {FIRST} is no longer in .* set it anew"
    ):
        find_run("main", root)


def test_a_removed_name_is_unknown(root: Path) -> None:
    set_baseline("main", root / FIRST, MANIFEST, root)
    set_baseline("other", root / SECOND, MANIFEST, root)

    assert remove_baseline("main", root).run_id == FIRST

    assert list(read_baselines(root)) == ["other"]
    with pytest.raises(ConfigError, match="no such run in"):
        find_run("main", root)
    with pytest.raises(ConfigError, match="there is no baseline of that name; did you mean 'other"):
        remove_baseline("othr", root)


def test_there_is_nothing_to_remove_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there are no baselines in"):
        remove_baseline("main", tmp_path)


def test_a_misspelt_run_is_offered_the_baseline(root: Path) -> None:
    set_baseline("main", root / FIRST, MANIFEST, root)
    with pytest.raises(ConfigError, match="did you mean 'main'"):
        find_run("mian", root)


def test_a_newer_file_is_refused(root: Path) -> None:
    (root / BASELINES).write_text(json.dumps({"schema_version": 2, "baselines": {}}))
    with pytest.raises(StoreError, match=r"has schema version 2, and .* up to 1; update the"):
        find_run("main", root)


@pytest.mark.parametrize("entries", [[], {"main": {}}, {"main": "x"}, None])
def test_a_damaged_file_is_refused(root: Path, entries: object) -> None:
    (root / BASELINES).write_text(json.dumps({"schema_version": 1, "baselines": entries}))
    with pytest.raises(StoreError, match=r"is damaged .*; delete it and set the baselines"):
        read_baselines(root)


def test_two_processes_at_once_lose_no_entry(root: Path) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", SET_ANOTHER, str(root), run_id, name])
        for run_id, name in [(FIRST, "a"), (SECOND, "b")]
    ]
    assert [program.wait(60) for program in programs] == [0, 0]

    runs = {name: baseline.run_id for name, baseline in read_baselines(root).items()}

    assert runs == {
        **{f"a{number}": FIRST for number in range(10)},
        **{f"b{number}": SECOND for number in range(10)},
    }


def test_a_lock_is_waited_for_no_longer_than_asked(root: Path) -> None:
    held = FolderLock(root)
    with pytest.raises(StoreError, match="is being written by another process; wait for it"):
        FolderLock(root, wait_s=0.05)
    held.release()
    FolderLock(root, wait_s=0.05).release()
