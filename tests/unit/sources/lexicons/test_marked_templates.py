"""Lists of f-strings read out of Python source without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import SourceError
from harness.sources.lexicons.marked_templates import class_templates

MODULE = """
import os
os._exit(1)  # this must not happen

MARK = "<|mark|>"


class Probe:
    other = [f"{MARK}"]
    texts = [
        f"say {MARK}, please",
        "plain",
        "ab " * 3 + "-" + f"{MARK}",
    ]
    called = [os.getcwd()]
    unknown = [f"{OTHER}"]
    no_list = "text"
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "probes.py"
    path.write_text(MODULE, encoding="utf-8")
    return path


def test_names_become_marks(module: Path) -> None:
    assert class_templates(module, "Probe", "texts", "MARK") == (
        "say {MARK}, please",
        "plain",
        "ab ab ab -{MARK}",
    )


@pytest.mark.parametrize("attribute", ["called", "unknown", "no_list", "missing"])
def test_anything_else_is_not_understood(module: Path, attribute: str) -> None:
    with pytest.raises(SourceError, match=r"probes\.py: holds no list of texts at"):
        class_templates(module, "Probe", attribute, "MARK")
