"""Taking one file or folder out of an archive, without trusting the names inside it."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import IO, Protocol

from harness.core.errors import SourceError, did_you_mean, sentence

NESTED = "!"
"""Separates a member from the member within it: ``inner.tar.gz!data/file.txt``."""


class Archive(Protocol):
    """What zip and tar have in common."""

    def names(self) -> list[str]:
        """All regular files."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """One of them."""
        ...


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return [info.filename for info in self._file.infolist() if not info.is_dir()]

    def open(self, name: str) -> IO[bytes]:
        return self._file.open(name)


class _Tar:
    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return [member.name for member in self._file.getmembers() if member.isfile()]

    def open(self, name: str) -> IO[bytes]:
        file = self._file.extractfile(name)
        if file is None:
            raise KeyError(name)
        return file


def extract(archive: Path, member: str, folder: Path) -> None:
    """Write one member below ``folder`` under its own name; ``member/`` takes a whole folder.

    Raises:
        SourceError: no such member, a damaged archive, or a name that leads outside.
    """
    outer, _, inner = member.partition(NESTED)
    if inner:
        extract(archive, outer, folder)
        extract(folder / outer, inner, folder / f"{outer}{NESTED}")
        return
    try:
        with _opened(archive) as opened:
            for name in _chosen(opened.names(), member, archive):
                _write(opened, name, folder)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise SourceError(
            sentence(archive.name, f"is a damaged archive ({error})", "delete it and fetch again")
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            yield _Zip(zipped)
    else:
        with tarfile.open(path) as tarred:
            yield _Tar(tarred)


def _chosen(names: list[str], member: str, archive: Path) -> list[str]:
    if member.endswith("/"):
        chosen = [name for name in names if name.startswith(member)]
    else:
        chosen = [member] if member in names else []
    if not chosen:
        raise SourceError(
            sentence(archive.name, f"holds no {member!r}", did_you_mean(member, names[:5000]))
        )
    return chosen


def _write(opened: Archive, name: str, folder: Path) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise SourceError(sentence(name, "leads outside its archive", "do not use this archive"))
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(name) as source, target.open("wb") as sink:
        copyfileobj(source, sink)
