"""Data and packages that recipes of TextAttack need: whether they are here, and how to get them.

Looked for where TextAttack and its libraries look, without importing them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from harness.core.identity import hash_json


class Need(Protocol):
    """Something that a recipe does not run without."""

    @property
    def name(self) -> str:
        """In a signature."""
        ...

    @property
    def what(self) -> str:
        """What it is, in a message."""
        ...

    @property
    def remedy(self) -> str:
        """How to get it."""
        ...

    def is_met(self) -> bool:
        """Tell whether it is here."""
        ...

    def fingerprint(self) -> str:
        """Return what changes with its contents, once it is here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that TextAttack imports only when it is wanted."""

    package: str

    @property
    def name(self) -> str:
        """The package's."""
        return self.package

    @property
    def what(self) -> str:
        """The package."""
        return f"the package {self.package}"

    @property
    def remedy(self) -> str:
        """Install it."""
        return f"pip install {self.package}"

    def is_met(self) -> bool:
        """Tell whether it can be imported."""
        return find_spec(self.package) is not None

    def fingerprint(self) -> str:
        """Return its version."""
        return version_of(self.package)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedByTextAttack:
    """A file or folder of TextAttack's bucket, kept in TextAttack's own cache."""

    path: str
    """In the bucket, and in the cache."""
    holds: str

    @property
    def name(self) -> str:
        """Its path."""
        return self.path

    @property
    def what(self) -> str:
        """What it is, and where TextAttack looks for it."""
        return f"{self.holds} at {self.place}"

    @property
    def remedy(self) -> str:
        """Where it comes from."""
        return (
            "copy it from the cache of a TextAttack that has had a network, or name that cache in"
            " TA_CACHE_DIR (mind that TextAttack unpickles what it finds there)"
        )

    @property
    def place(self) -> Path:
        """Where it has to be."""
        return textattack_cache() / self.path

    def is_met(self) -> bool:
        """Tell whether it is there."""
        return self.place.exists()

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of its files."""
        return hash_of(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class InPackage:
    """A file that a package reads out of its own folder and that its wheel lacks."""

    package: str
    file: str
    remedy: str

    @property
    def name(self) -> str:
        """Package and file."""
        return f"{self.package}/{self.file}"

    @property
    def what(self) -> str:
        """What it is."""
        return f"the file {self.file} of {self.package}, which its wheel does not hold"

    def is_met(self) -> bool:
        """Tell whether it is there."""
        return self._place is not None and self._place.exists()

    def fingerprint(self) -> str:
        """Return its SHA-256 (hex)."""
        return hash_of(self._place) if self._place is not None else ""

    @property
    def _place(self) -> Path | None:
        spec = find_spec(self.package)
        folders = spec.submodule_search_locations if spec is not None else None
        return Path(folders[0]) / self.file if folders else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InHome:
    """A file that a package keeps in a folder of its own in the user's home."""

    path: str
    """From the home on."""
    holds: str
    remedy: str

    @property
    def name(self) -> str:
        """Its path."""
        return self.path

    @property
    def what(self) -> str:
        """What it is."""
        return f"{self.holds} at {Path.home() / self.path}"

    def is_met(self) -> bool:
        """Tell whether it is there."""
        return (Path.home() / self.path).exists()

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of its files."""
        return hash_of(Path.home() / self.path)


def textattack_cache() -> Path:
    """Return the folder in which TextAttack keeps what it has downloaded."""
    return Path(os.environ.get("TA_CACHE_DIR", Path.home() / ".cache" / "textattack"))


def version_of(package: str) -> str:
    """Return the version of a package, or that it is unknown."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


@cache
def hash_of(place: Path) -> str:
    """Return the SHA-256 (hex) of a file, or of all files of a folder with their names."""
    files = (
        [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.is_file())
    )
    digests = {}
    for file in files:
        with file.open("rb") as opened:
            digests[str(file.relative_to(place))] = hashlib.file_digest(
                opened, "sha256"
            ).hexdigest()
    return hash_json(digests)
