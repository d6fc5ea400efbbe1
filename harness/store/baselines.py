"""``<root>/baselines.json``: names for the runs that others are measured against."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.core.errors import ConfigError, StoreError, did_you_mean, sentence
from harness.core.redact import Scrubber
from harness.core.run import Manifest, Status
from harness.store.documents import read_json, write_json
from harness.store.folder_lock import FolderLock

BASELINES = "baselines.json"
SCHEMA_VERSION = 1
_WAIT_S = 30.0
# Ids of runs begin with the date, so that no name can be the start of one.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_RESERVED = ("latest",)
_DAMAGED = "delete it and set the baselines again: harness baseline set NAME RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A name for a run, and enough of the run to tell what it was once it is deleted."""

    name: str
    run_id: str
    """Name of its folder below the root."""
    set_at: str
    """ISO 8601, UTC."""
    run_name: str
    started_at: str
    """When the run started, ISO 8601, UTC."""
    models: Mapping[str, str]
    """Fingerprints by model name."""

    def folder(self, root: Path) -> Path:
        """Return the run folder.

        Raises:
            ConfigError: it has been deleted.
        """
        folder = root / self.run_id
        if not folder.is_dir():
            raise ConfigError(
                f"baseline {self.name!r}",
                f"its run {self.run_id} is no longer in {str(root)!r}",
                f"set it anew with harness baseline set {self.name} RUN",
            )
        return folder


def read_baselines(root: Path) -> dict[str, Baseline]:
    """Return the baselines of a root by name, in the order of the names.

    Raises:
        StoreError: the file is damaged, or of a newer version.
    """
    path = root / BASELINES
    if not path.exists():
        return {}
    value = read_json(path, _DAMAGED)
    version = value.get("schema_version")
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        reason = f"has schema version {version}, and this program knows up to {SCHEMA_VERSION}"
        raise StoreError(sentence(str(path), reason, "update the program"))
    try:
        entries = sorted(value["baselines"].items())
        return {name: _baseline(name, fields) for name, fields in entries}
    except (AttributeError, KeyError, TypeError) as error:
        raise StoreError(sentence(str(path), f"is damaged ({error!r})", _DAMAGED)) from error


def _baseline(name: str, fields: Mapping[str, Any]) -> Baseline:
    baseline = Baseline(name=name, **fields)
    if not isinstance(fields["run_id"], str):
        raise TypeError("the id of a run is a text")
    return baseline


def set_baseline(
    name: str, folder: Path, manifest: Manifest, root: Path, *, is_forced: bool = False
) -> Baseline | None:
    """Give a run a name; return the baseline that had the name before, if one had.

    Args:
        name: letters, digits, ``.``, ``_`` and ``-``, a letter first.
        folder: of the run, directly below ``root``.
        manifest: the run's.
        root: folder of the run folders.
        is_forced: take a run that is not complete, or a repeat of a noise study, as well.

    Raises:
        ConfigError: no name for a baseline, a run elsewhere, one that is not complete, or a repeat.
        StoreError: the file cannot be read or written.
    """
    check_name(name, root)
    if folder.resolve().parent != root.resolve():
        reason = f"lies outside {str(root)!r}, where baselines are kept"
        raise ConfigError(str(folder), reason, f"give --root {folder.parent}")
    if manifest.status is not Status.COMPLETE and not is_forced:
        raise ConfigError(
            folder.name, f"the run is {manifest.status}", "choose a complete one, or add --force"
        )
    if manifest.is_repeat and not is_forced:
        reason = "is a repeat of a noise study, varied on purpose"
        raise ConfigError(folder.name, reason, "choose another run, or add --force")
    new = Baseline(
        name=name,
        run_id=folder.resolve().name,
        set_at=datetime.now(UTC).isoformat(timespec="seconds"),
        run_name=manifest.name,
        started_at=manifest.started_at,
        models={model: parts.get("fingerprint", "") for model, parts in manifest.models.items()},
    )
    with _locked(root):
        known = read_baselines(root)
        _write(root, {**known, name: new})
    return known.get(name)


def remove_baseline(name: str, root: Path) -> Baseline:
    """Forget a name and return what it stood for. The run stays.

    Raises:
        ConfigError: there is no baseline of that name.
        StoreError: the file cannot be read or written.
    """
    if not (root / BASELINES).exists():
        raise ConfigError(name, f"there are no baselines in {str(root)!r}", "check --root")
    with _locked(root):
        known = read_baselines(root)
        if name not in known:
            raise ConfigError(name, "there is no baseline of that name", did_you_mean(name, known))
        _write(root, {key: known[key] for key in known if key != name})
    return known[name]


def check_name(name: str, root: Path) -> None:
    """Refuse what cannot be told from a run's own names.

    Raises:
        ConfigError: it is no name for a baseline.
    """
    if name in _RESERVED or not _NAME.fullmatch(name):
        raise ConfigError(
            repr(name),
            "cannot be the name of a baseline",
            "use letters, digits, '.', '_' and '-', a letter first, and not 'latest'",
        )
    if (root / name).exists():
        reason = f"is the name of something in {str(root)!r} already"
        raise ConfigError(repr(name), reason, "choose another")


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Let one process at a time read the file, change it and write it back."""
    lock = FolderLock(root, wait_s=_WAIT_S, remedy="let this user write there")
    try:
        yield
    finally:
        lock.release()


def _write(root: Path, baselines: Mapping[str, Baseline]) -> None:
    entries = {name: dataclasses.asdict(baseline) for name, baseline in baselines.items()}
    for fields in entries.values():
        del fields["name"]
    value = {"schema_version": SCHEMA_VERSION, "baselines": entries}
    write_json(root / BASELINES, value, Scrubber(()))
