"""A folder with specs and data sets, and the command line run in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.cli.main import run

FILMS = """\
text,label,genre
good good film,good,drama
bad bad film,bad,drama
a good one,good,comedy
a bad one,bad,comedy
"""

FILMS_SPEC = """\
[[model]]
name = "echo"
adapter = "echo"
labels = ["bad", "good"]

[[suite]]
name = "films"
suite = "classification"
data = "films.csv"
columns = { text = "text", target = "label" }
"""


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines that begin with ``error: ``, without it."""
        lines = self.err.splitlines()
        return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]


class Workplace:
    """A scratch folder that is the working directory of the test."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def write(self, name: str, text: str) -> Path:
        """Write a file, indentation taken off."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def films(self, spec: str = FILMS_SPEC) -> Path:
        """Write four labelled films and a spec that classifies them."""
        self.write("films.csv", FILMS)
        return self.write("films.toml", spec)

    def harness(self, *arguments: object) -> Outcome:
        """Run the command line in this process."""
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        written = self._capsys.readouterr()
        return Outcome(code, written.out, written.err)

    def console(
        self, *arguments: object, env: Mapping[str, str] | None = None, timeout_s: float = 120
    ) -> Outcome:
        """Run the installed command as a program of its own."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("harness")), *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @property
    def runs(self) -> list[Path]:
        """All run folders, oldest first."""
        root = self.folder / "runs"
        return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []

    @property
    def latest(self) -> Path:
        """The newest run folder."""
        return self.runs[-1]

    def manifest(self, run_folder: Path | None = None) -> dict[str, Any]:
        """Return the manifest of a run, by default the newest."""
        text = ((run_folder or self.latest) / "manifest.json").read_text(encoding="utf-8")
        manifest: dict[str, Any] = json.loads(text)
        return manifest

    def values(self, run_folder: Path | None = None) -> dict[tuple[str, str, str], Any]:
        """Return each whole-suite estimate by (model, suite, quantity)."""
        text = ((run_folder or self.latest) / "metrics.json").read_text(encoding="utf-8")
        return {
            (entry["model"], entry["suite"], entry["quantity"]["id"]): entry
            for entry in json.loads(text)["estimates"]
            if entry["slice"] is None
        }
