"""Tables read out of Python source without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import SourceError
from harness.sources.lexicons.python_literals import attribute_literal, module_literal

MODULE = r"""
import os
os._exit(1)  # this must not happen

TABLE = {
    "a": ["b",
"c"],
}
# a comment
OTHER = [1, "\e"]
MADE = dict(a=1)

class Swap:
    def __init__(self):
        self.near = {"q": "wa"}
        self.made = open("x")
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "constants.py"
    path.write_text(MODULE, encoding="utf-8")
    return path


def test_a_table_of_a_module(module: Path) -> None:
    assert module_literal(module, "TABLE") == {"a": ["b", "c"]}
    assert module_literal(module, "OTHER") == [1, "\\e"]


def test_a_table_that_a_method_makes(module: Path) -> None:
    assert attribute_literal(module, "near") == {"q": "wa"}


@pytest.mark.parametrize("name", ["ABLE", "near", "MADE", "os"])
def test_what_is_no_literal_of_the_module_is_refused(module: Path, name: str) -> None:
    with pytest.raises(SourceError, match=rf"constants.py: assigns no literal to '{name}'"):
        module_literal(module, name)


@pytest.mark.parametrize("name", ["made", "far"])
def test_what_no_method_makes_is_refused(module: Path, name: str) -> None:
    with pytest.raises(SourceError, match=rf"constants.py: assigns no literal to '{name}'"):
        attribute_literal(module, name)
