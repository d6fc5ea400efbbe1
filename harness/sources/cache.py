"""The user's cache: everything fetched or derived once and used by every later run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from harness.core.errors import StoreError, sentence

VARIABLE = "HARNESS_CACHE"


def cache_dir(*names: str) -> Path:
    """Return a folder of the cache, made if it is not there.

    The root is ``$HARNESS_CACHE``, else ``$XDG_CACHE_HOME/harness``, else ``~/.cache/harness``.

    Raises:
        StoreError: the folder cannot be made.
    """
    folder = _root().joinpath(*names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            sentence(str(folder), f"the cache cannot be made ({error.strerror})", f"set {VARIABLE}")
        ) from error
    return folder


@contextmanager
def filled_once(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and move it to ``target`` whole when the block succeeds.

    Two processes may fill the same target at once: the first to finish wins, and neither ever
    sees half of it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        try:
            folder.replace(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        rmtree(folder, ignore_errors=True)


def _root() -> Path:
    if explicit := os.environ.get(VARIABLE):
        return Path(explicit).expanduser()
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "harness"
    return Path.home() / ".cache" / "harness"
