"""Runs by name, and what is said of a name that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import ConfigError
from harness.store.run_folder import MANIFEST, find_run


@pytest.fixture
def year(tmp_path: Path) -> Path:
    for night in range(365):
        folder = tmp_path / f"202601{night:03d}T020000000-abcdef"
        folder.mkdir()
        (folder / MANIFEST).write_text("{}")
    return tmp_path


def test_a_run_is_found_by_the_start_of_its_id(year: Path) -> None:
    assert find_run("202601007", year).name == "202601007T020000000-abcdef"


def test_a_slip_is_met_with_the_nearest_of_many(year: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean '202601008T020000000-abcdef'"):
        find_run("202601008T020000000-abcdeg", year)


def test_the_latest_is_no_repeat_of_a_noise_study(year: Path) -> None:
    *_, third, second, last = sorted(year.iterdir())
    (last / MANIFEST).write_text('{"is_repeat": true}')
    (second / MANIFEST).write_text('{"is_repeat": true}')
    (third / MANIFEST).write_text("torn")

    # A run whose manifest is torn is found, so that its reader can be told.
    assert find_run("latest", year) == third
    assert find_run(last.name, year) == last


@pytest.mark.parametrize(("name", "reason"), [("2026", "fits several"), ("main", "no such run")])
def test_not_every_run_of_a_year_is_named(year: Path, name: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: {reason}.*; see harness list runs$"):
        find_run(name, year)
