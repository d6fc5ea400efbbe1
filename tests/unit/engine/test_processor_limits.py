"""How much of the processor a run might use, and which runs that keeps apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, side
from fakes.toy_rounds import ToyTiming

from harness.core.machine import UNLIMITED, hardware_key
from harness.engine.compare import Side, compare_pair
from harness.engine.environment import hardware
from harness.engine.processor_limits import cpu_quota, thread_settings

METRIC = ToyTiming()


def groups(folder: Path, own: str, **files: str) -> Path:
    """Write a tree of control groups, a file each, and say in which of them this process is."""
    (folder / "own").write_text(own, encoding="utf-8")
    for name, text in files.items():
        file = folder / "groups" / name.replace("__", "/").replace("_max", ".max")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    return folder


def quota(folder: Path) -> float | None:
    return cpu_quota(folder / "groups", folder / "own")


def test_the_least_of_all_groups_around_a_process_counts(tmp_path: Path) -> None:
    files = {"a__b__cpu_max": "max 100000\n", "a__cpu_max": "150000 100000\n"}
    assert quota(groups(tmp_path, "0::/a/b\n", **files)) == 1.5
    (tmp_path / "groups/a/b/cpu.max").write_text("50000 100000\n", encoding="ascii")
    assert quota(tmp_path) == 0.5
    (tmp_path / "groups/a/cpu.max").unlink()
    (tmp_path / "groups/a/b/cpu.max").write_text("max 100000\n", encoding="ascii")
    assert quota(tmp_path) is None


@pytest.mark.parametrize("folder", ["cpu,cpuacct", "cpu"])
def test_groups_of_version_1_are_read_as_a_container_sees_them(tmp_path: Path, folder: str) -> None:
    place = tmp_path / "groups" / folder
    place.mkdir(parents=True)
    (place / "cpu.cfs_quota_us").write_text("200000\n", encoding="ascii")
    (place / "cpu.cfs_period_us").write_text("100000\n", encoding="ascii")
    groups(tmp_path, "4:memory:/x\n3:cpu,cpuacct:/docker/12\n0::/\n")
    assert quota(tmp_path) == 2.0
    (place / "cpu.cfs_quota_us").write_text("-1\n", encoding="ascii")
    assert quota(tmp_path) is None


def test_without_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert quota(tmp_path) is None


def test_threads_are_what_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert thread_settings({"MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "1", "PATH": "/"}) == (
        "OMP_NUM_THREADS=1, MKL_NUM_THREADS=2"
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OMP_NUM_THREADS=3" in hardware()["threads"]


def timed(**limits: str) -> Side:
    made = side({METRIC: np.ones((8, 1))})
    return replace(made, manifest=replace(made.manifest, hardware={"cpu": "x", **limits}))


def test_another_number_of_threads_is_another_machine() -> None:
    free, bound = timed(threads=UNLIMITED), timed(threads="OMP_NUM_THREADS=1")

    (mismatch,) = compare_pair(free, bound, [METRIC], SETTINGS).pair.mismatches

    assert mismatch.sentence == (
        "suite 'questions' was timed on two machines: threads is 'not limited' in the baseline,"
        " 'OMP_NUM_THREADS=1' in the candidate"
    )
    assert hardware_key(free.manifest) != hardware_key(bound.manifest)


def test_a_run_that_kept_no_limits_is_compared_all_the_same() -> None:
    old, free = timed(), timed(threads=UNLIMITED, cpu_quota=UNLIMITED)

    assert not compare_pair(
        old, timed(threads="OMP_NUM_THREADS=1"), [METRIC], SETTINGS
    ).pair.mismatches
    assert hardware_key(old.manifest) == hardware_key(free.manifest)
