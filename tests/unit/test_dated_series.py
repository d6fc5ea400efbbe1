from pathlib import Path
from typing import Any

import pytest
from fakes.small_root import FALL, NIGHTS, write_small_night

from harness import dated_series as module
from harness.core.history import Series
from harness.dated_series import dated_series


class Notebook:
    """A memory that lasts for one test."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def recall(self, key: str) -> Any:
        return self.kept.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.kept[key] = value


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    for night in range(NIGHTS):
        write_small_night(root, night)
    return root


def test_changes_are_dated_and_what_is_known_is_not_sought_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Notebook()
    first = dated_series(root, memory)

    def refuse(series: Series) -> Series:
        raise AssertionError(f"{series.quantity.id} was sought again")

    monkeypatch.setattr(module, "with_shifts", refuse)

    assert dated_series(root, memory) == first
    falls = [s for s in first["nightly"] if s.suite == "questions" and s.shifts]
    assert {series.quantity.id for series in falls} == {"exact_match", "f1_macro"}
    assert {s.shifts[0].run_id for s in falls} == {falls[0].points[FALL].run_id}


def test_one_more_run_is_another_question(root: Path, tmp_path: Path) -> None:
    memory = Notebook()
    dated_series(root, memory)
    before = set(memory.kept)
    for folder in root.iterdir():
        (tmp_path / folder.name).symlink_to(folder)
    write_small_night(tmp_path, NIGHTS)

    dated_series(tmp_path, memory)

    assert len(set(memory.kept) - before) == len(before)


def test_what_another_version_remembered_is_sought_again(root: Path) -> None:
    memory = Notebook()
    first = dated_series(root, memory)
    memory.kept = {key: [{"night": 3}] for key in memory.kept}

    assert dated_series(root, memory) == first
