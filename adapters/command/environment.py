"""What a program is given of our environment, and what it is by its bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.core.errors import ConfigError
from harness.core.identity import hash_file

_PLAIN = (
    "DYLD_LIBRARY_PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
)
"""Variables that programs need to run at all, and that hold no keys."""


def environment_of(named: Sequence[str]) -> dict[str, str]:
    """Return the plain variables that are set, and the named ones.

    Raises:
        ConfigError: a named variable is not set.
    """
    for name in named:
        if name not in os.environ:
            reason = f"the environment variable {name} is not set"
            raise ConfigError("env", reason, "set it, or leave it out of env")
    return {name: os.environ[name] for name in (*_PLAIN, *named) if name in os.environ}


def find_program(name: str, environment: Mapping[str, str]) -> Path:
    """Return the program's file.

    Raises:
        ConfigError: there is none, or it may not be run.
    """
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        remedy = "check its spelling, that it is installed, and that it is executable"
        raise ConfigError("argv", f"there is no program {name!r}", remedy)
    return Path(found)


def describe(program: Path, argv: Sequence[str]) -> list[str]:
    """Return the command with each file replaced by the hash of its bytes.

    So a model is the same on two machines where its files are, wherever they lie.
    """
    return [hash_file(program), *map(_describe_argument, argv[1:])]


def _describe_argument(argument: str) -> str:
    try:
        is_file = Path(argument).is_file()
    except (OSError, ValueError):  # too long for a path, or with a zero byte in it
        is_file = False
    return hash_file(Path(argument)) if is_file else argument
