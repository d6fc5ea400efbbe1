"""``<root>/noise/<id>.json``: what one and the same checkpoint came to, run after run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.core.errors import StoreError, sentence
from harness.core.noise import Noise, NoiseStudy
from harness.core.redact import Scrubber
from harness.store.documents import read_json, write_json
from harness.store.run_folder import new_run_id

NOISE = "noise"
SCHEMA_VERSION = 1


def write_study(study: NoiseStudy, root: Path, secrets: Iterable[str] = ()) -> Path:
    """Keep a study below a root of runs; return its file, whose name sorts by time.

    Raises:
        StoreError: the disk is full or the folder unwritable.
    """
    folder = root / NOISE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made ({error.strerror})"
        raise StoreError(sentence(str(folder), reason, "choose another --out")) from error
    path = folder / f"{new_run_id(datetime.fromisoformat(study.at))}.json"
    value = {"schema_version": SCHEMA_VERSION, **dataclasses.asdict(study)}
    write_json(path, value, Scrubber(secrets))
    return path


def read_studies(root: Path) -> Iterator[NoiseStudy]:
    """Yield the studies of a root, oldest first.

    Raises:
        StoreError: one is damaged, or of a newer version.
    """
    for path in sorted((root / NOISE).glob("*.json")):
        yield read_study(path)


def read_study(path: Path) -> NoiseStudy:
    """Read one study.

    Raises:
        StoreError: it is missing, damaged, or of a newer version.
    """
    value = read_json(path)
    version = value.pop("schema_version", None)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        reason = f"has schema version {version}, and this program knows up to {SCHEMA_VERSION}"
        raise StoreError(sentence(str(path), reason, "update the program"))
    try:
        return NoiseStudy(
            at=value["at"],
            name=value["name"],
            varied=tuple(value["varied"]),
            run_ids=tuple(value["run_ids"]),
            noise=tuple(_noise(entry) for entry in value["noise"]),
        )
    except (KeyError, TypeError, IndexError) as error:
        reason = f"is no noise study ({error!r})"
        raise StoreError(sentence(str(path), reason, "delete it and repeat the study")) from error


def _noise(entry: Mapping[str, Any]) -> Noise:
    part = entry["slice"]
    fields = {
        **entry,
        "slice": None if part is None else (part[0], part[1]),
        "values": tuple(entry["values"]),
    }
    return Noise(**fields)
