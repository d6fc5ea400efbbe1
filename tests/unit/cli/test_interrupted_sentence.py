"""What is said of an interrupted command: the very words that go on with it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from harness.audit import Interrupted
from harness.cli.interrupted import interrupted

FOLDER = Path("my runs/20260101T000000000-aaaaaa")
KEPT = f"interrupted; what was answered until now is kept in {FOLDER}"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "s.toml"], f"{KEPT}: go on with harness run s.toml --resume '{FOLDER}'"),
        (
            ["nightly", "s.toml", "--resume", "latest", "--line", "main"],
            f"{KEPT}: go on with harness nightly s.toml --line main --resume '{FOLDER}'",
        ),
        (
            ["run", "--resume=latest", "s.toml"],
            f"{KEPT}: go on with harness run s.toml --resume '{FOLDER}'",
        ),
        (["rescore", "latest"], KEPT),
    ],
)
def test_it_names_the_folder_and_the_command(arguments: list[str], sentence: str) -> None:
    assert interrupted(arguments, Interrupted(FOLDER)) == sentence


def test_click_hides_the_folder_behind_an_exception_of_its_own() -> None:
    hidden = click.exceptions.Abort()
    hidden.__cause__ = Interrupted(FOLDER)
    assert str(FOLDER) in interrupted(["run", "s.toml"], hidden)


def test_nothing_is_kept_of_what_has_not_begun() -> None:
    assert interrupted(["run", "s.toml"], KeyboardInterrupt()) == "interrupted"
