"""The version of a suite: what changes a number changes it, and nothing else does."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.toy_suite import ToySuite

from harness.engine.code_hash import suite_hash
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.language_modelling import LanguageModellingSuite

SUITE = """
from dataclasses import dataclass

from fakes.toy_suite import ToySuite


@dataclass(frozen=True, kw_only=True)
class Suite(ToySuite):
    def scaled(self, number):
        from {room}.scale import scale

        return scale(number) * 2
"""
SCALE = """
from {room} import factor


def scale(number):
    return number * factor.FACTOR
"""
FACTOR = "FACTOR = 3\n"


def hash_of(suite: ToySuite) -> str:
    return suite_hash(suite, suite.prepare(limit=None, seed=0))


class Room:
    """A package with a suite in it; each version is written under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hash(self, *, suite: str = SUITE, scale: str = SCALE, factor: str = FACTOR) -> str:
        package = self._folder / "hashed_room"
        package.mkdir(exist_ok=True)
        files = {"__init__": "", "suite": suite, "scale": scale, "factor": factor}
        for name, source in files.items():
            text = source.replace("{room}", "hashed_room")
            (package / f"{name}.py").write_text(text, encoding="utf-8")
        for name in [name for name in sys.modules if name.startswith("hashed_room")]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return hash_of(importlib.import_module("hashed_room.suite").Suite())


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.syspath_prepend(tmp_path)
    # Compiled code is known by whole seconds, and these tests write twice within one.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Room(tmp_path)


def test_comments_and_layout_do_not_count(room: Room) -> None:
    plain = room.hash()
    commented = SUITE.replace("return scale(number) * 2", "# why\n        return (scale(number)*2)")
    assert commented != SUITE
    assert room.hash(suite=commented) == plain


def test_the_code_of_a_suite_counts(room: Room) -> None:
    assert room.hash() != room.hash(suite=SUITE.replace("* 2", "+ 2"))


def test_so_does_the_code_that_it_imports_from_its_room(room: Room) -> None:
    assert room.hash() != room.hash(scale=SCALE.replace("* factor", "+ factor"))
    assert room.hash() != room.hash(factor="FACTOR = 4\n")


def test_options_count() -> None:
    assert hash_of(ToySuite()) == hash_of(ToySuite())
    assert hash_of(ToySuite()) != hash_of(replace(ToySuite(), n_slices=2))


def test_where_the_data_are_does_not_count(tmp_path: Path) -> None:
    hashes = set()
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text\nsome words\n", encoding="utf-8")
        data = Dataset(path=str(tmp_path / name))
        suite = LanguageModellingSuite(data=data, columns=Columns(text="text"))
        hashes.add(suite_hash(suite, suite.prepare(limit=None, seed=0)))
    assert len(hashes) == 1


def test_a_class_without_a_file_has_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = {"ToySuite": ToySuite, "__name__": "typed_into_a_notebook"}
    exec("class Suite(ToySuite): pass", namespace)
    made = namespace["Suite"]
    assert isinstance(made, type)
    monkeypatch.setattr(made, "__module__", "typed_into_a_notebook")
    assert len(hash_of(made())) == 64
