"""What is said when somebody ends a command, and how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

_RESUMING = ("nightly", "run")
_OPTION = "--resume"


def interrupted(arguments: Sequence[str], error: BaseException) -> str:
    """Return one sentence, with the command that takes the run up where there is one.

    Args:
        arguments: of the command line, the command's name first.
        error: what has ended it; an ``Interrupted``, at whatever remove, knows the run folder.
    """
    folder = _folder(error)
    if folder is None:
        return "interrupted"
    kept = f"interrupted; what was answered until now is kept in {folder}"
    if arguments[0] not in _RESUMING:
        return kept
    again = ["harness", *_without_resume(arguments), _OPTION, str(folder)]
    return f"{kept}: go on with {shlex.join(again)}"


def _folder(error: BaseException | None) -> Path | None:
    """Return the run folder, which click's own exception hides behind it."""
    # No import of harness.audit: an interrupt before it is loaded has no folder.
    while error is not None:
        folder = getattr(error, "folder", None)
        if isinstance(folder, Path):
            return folder
        error = error.__cause__
    return None


def _without_resume(arguments: Sequence[str]) -> Iterator[str]:
    is_value = False
    for word in arguments:
        if not is_value and word != _OPTION and not word.startswith(f"{_OPTION}="):
            yield word
        is_value = word == _OPTION
