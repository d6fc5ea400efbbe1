"""The version of the documents in a run folder, which the store and the replay adapter check."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.errors import StoreError, sentence

SCHEMA_VERSION = 2
"""What this program writes. It reads all earlier versions too."""


def version_of(document: Mapping[str, object], where: str) -> int:
    """Return the schema version of a document, at most this program's own.

    Args:
        document: a manifest, or another JSON document of a run folder.
        where: its path, for the message.

    Raises:
        StoreError: it was written by a newer program, or states no version.

    >>> version_of({"schema_version": 1}, "manifest.json")
    1
    """
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        reason = "states no schema version" if version is None else f"has version {version!r}"
        raise StoreError(sentence(where, reason, "restore it from a copy, or run again"))
    if version > SCHEMA_VERSION:
        raise StoreError(
            sentence(
                where,
                f"has schema version {version}, and this program knows versions up to"
                f" {SCHEMA_VERSION}",
                "update the program",
            )
        )
    return version
