"""From the description of a source to a path on this disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.core.errors import ConfigError, SourceError, sentence
from harness.core.identity import hash_file
from harness.sources.hub import hub_file
from harness.sources.package import package_file, verify_package

if TYPE_CHECKING:
    from harness.sources.source import Source


_BELONGING = {
    "path": ("sha256",),
    "package": ("version", "sha256", "file", "sdist"),
    "hub": ("revision", "file"),
}
"""What says more about each place; a field that is not heeded would be a pin that holds nothing."""


def locate(source: Source) -> Path:
    """Return a local path to the source's bytes, fetched and checked.

    Raises:
        ConfigError: the fields do not name one place.
        SourceError: the bytes cannot be had, or are others than the pinned ones.
    """
    check_fields(source)
    if source.path is not None:
        return _local(source.path, source.sha256)
    if source.hub is not None:
        return hub_file(source.hub, source.revision, source.file)
    name, version, sha256, member = _package_fields(source)
    return package_file(name, version, sha256, member, sdist=source.sdist)


def verify(source: Source) -> Path:
    """Do as :func:`locate`, and check what the cache holds of a package once more."""
    path = locate(source)
    if source.package is not None:
        name, version, sha256, member = _package_fields(source)
        verify_package(name, version, sha256, member, sdist=source.sdist)
    return path


def check_fields(source: Source) -> None:
    """Refuse a source that names no place, more than one, or what does not belong to its place.

    Raises:
        ConfigError: with the fields that are missing or too many.
    """
    named = [key for key in _BELONGING if getattr(source, key) is not None]
    if len(named) != 1:
        raise ConfigError(
            "source",
            "names " + (" and ".join(named) if named else "no place"),
            "give exactly one of path, package and hub",
        )
    (place,) = named
    where = f"{place} = {getattr(source, place)!r}"
    belonging = _BELONGING[place]
    known = dict.fromkeys(key for keys in _BELONGING.values() for key in keys)
    foreign = [key for key in known if getattr(source, key) and key not in belonging]
    if foreign:
        raise ConfigError(
            where,
            f"stands beside {' and '.join(foreign)}, which it does not heed",
            f"only {' and '.join(belonging)} may stand beside {place}",
        )
    missing = [key for key in ("version", "sha256", "file") if getattr(source, key) is None]
    if place == "package" and missing:
        raise ConfigError(
            where,
            "lacks " + " and ".join(missing),
            "pin the version, the sha256 of the archive, and the file inside it",
        )


def _package_fields(source: Source) -> tuple[str, str, str, str]:
    return (
        str(source.package),
        str(source.version),
        str(source.sha256).lower(),
        str(source.file),
    )


def _local(path: str, sha256: str | None) -> Path:
    found = Path(path).expanduser()
    if not found.exists():
        raise ConfigError(f"path = {path!r}", "no such file or folder", _nearby(found))
    if sha256 is not None and not found.is_file():
        raise ConfigError(
            f"path = {path!r}", "is a folder, and sha256 pins a file", "leave sha256 out"
        )
    if sha256 is not None and (actual := hash_file(found)) != sha256.lower():
        raise SourceError(
            sentence(
                path, f"has sha256 {actual}, not the pinned {sha256}", "get the right file, or pin"
            )
        )
    return found


def _nearby(path: Path) -> str:
    from difflib import get_close_matches

    if not path.parent.is_dir():
        return f"there is no folder {str(path.parent)!r} either"
    names = [entry.name for entry in path.parent.iterdir()]
    near = get_close_matches(path.name, names, n=1)
    if near:
        return f"did you mean {str(path.parent / near[0])!r}?"
    return f"looked in {str(path.parent.resolve())!r}"
