"""``<root>/noise/<id>.json``: what one and the same checkpoint came to, run after run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
_DAMAGED = "delete it and repeat harness noise"


@dataclass(frozen=True, slots=True)
class Studies:
    """The studies of a root."""

    studies: tuple[NoiseStudy, ...]
    """Oldest first."""
    warnings: tuple[str, ...]
    """One sentence for each file that was left out because it cannot be read."""

    @property
    def noise(self) -> tuple[Noise, ...]:
        """What all of them have measured, oldest first."""
        return tuple(item for study in self.studies for item in study.noise)


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


def read_studies(root: Path) -> Studies:
    """Return the studies of a root, oldest first. One that cannot be read costs itself alone."""
    found, warnings = [], []
    for path in sorted((root / NOISE).glob("*.json")):
        try:
            found.append(read_study(path))
        except StoreError as error:
            warnings.append(f"left out of the noise: {error}")
    return Studies(tuple(found), tuple(warnings))


def read_study(path: Path) -> NoiseStudy:
    """Read one study.

    Raises:
        StoreError: it is missing, damaged, or of a newer version.
    """
    value = read_json(path, _DAMAGED)
    version = value.pop("schema_version", None)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        reason = f"has schema version {version}, and this program knows up to {SCHEMA_VERSION}"
        raise StoreError(sentence(str(path), reason, f"update the program, or {_DAMAGED}"))
    try:
        return NoiseStudy(
            at=value["at"],
            name=value["name"],
            varied=tuple(value["varied"]),
            run_ids=tuple(value["run_ids"]),
            noise=tuple(_noise(entry) for entry in value["noise"]),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        reason = f"is no noise study ({error!r})"
        raise StoreError(sentence(str(path), reason, _DAMAGED)) from error


def _noise(entry: Mapping[str, Any]) -> Noise:
    part = entry["slice"]
    fields = {
        **entry,
        "slice": None if part is None else (part[0], part[1]),
        "values": tuple(map(float, entry["values"])),
        "floor": float(entry["floor"]),
        "n": int(entry["n"]),
    }
    return Noise(**fields)
