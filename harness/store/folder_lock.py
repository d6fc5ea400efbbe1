"""One process at a time may write a run folder."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from harness.core.errors import StoreError, sentence

LOCK = ".lock"
_PAUSE_S = 0.02


class FolderLock:
    """Holds a folder until it is released or the process ends, however it ends.

    Args:
        folder: must exist.
        wait_s: how long to wait for another process that holds it, in seconds.
        remedy: what to do about a folder that is unwritable.

    Raises:
        StoreError: another process still holds it, or it is unwritable.
    """

    def __init__(
        self, folder: Path, *, wait_s: float = 0.0, remedy: str = "choose another --out"
    ) -> None:
        try:
            self._file = (folder / LOCK).open("w")
        except OSError as error:
            reason = f"cannot be written ({error.strerror})"
            raise StoreError(sentence(str(folder), reason, remedy)) from error
        until = time.monotonic() + wait_s
        while not _locked(self._file.fileno()):
            if time.monotonic() < until:
                time.sleep(_PAUSE_S)
                continue
            self._file.close()
            raise StoreError(
                sentence(
                    str(folder), "is being written by another process", "wait for it, or end it"
                )
            )

    def release(self) -> None:
        """Let the folder go. Safe to call twice."""
        if not self._file.closed:
            # The file stays: were it removed, a third process could lock a new one of its name.
            self._file.close()


def _locked(number: int) -> bool:
    if sys.platform == "win32":  # no flock there; two writers are then the user's own care
        return True
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
