"""The folder of a published site: what lies in it, what it was made from, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.core.errors import ConfigError, StoreError, sentence
from harness.store.documents import read_json, write_text
from harness.store.folder_lock import LOCK, FolderLock

STATE = ".state.json"
_VERSION = 1
_ELSEWHERE = "publish into another folder"


class SiteFolder:
    """Holds the folder while a site is written into it; one publisher at a time.

    What belongs together (the documents of one run, say) is a unit. The state file says of each
    unit what it was made from and which files it has, with the hash of each. A file that the
    state does not list is never touched.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            ConfigError: it holds something else than a site.
            StoreError: it cannot be written, its state is damaged, or another process has it.
        """
        self.folder = folder
        refuse_strange(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                sentence(str(folder), f"cannot be made ({error.strerror})", "choose another folder")
            ) from error
        self._lock = FolderLock(folder, remedy="choose another folder")
        try:
            self._before, self._remembered = _read_state(folder / STATE)
            self._units: dict[str, dict[str, Any]] = {}
            self._used: dict[str, Any] = {}
            if not (folder / STATE).exists():
                # Claims the folder: whatever a kill leaves behind, the next publisher may go on.
                self._save()
        except BaseException:
            self._lock.release()
            raise
        self.n_written = 0
        self.n_removed = 0

    def keep(self, unit: str, inputs: str) -> bool:
        """Keep a unit as it is, if it was made from these inputs and all its files are whole."""
        entry = self._before.get(unit)
        if entry is None or entry["inputs"] != inputs:
            return False
        if any(self._hash_of(path) != digest for path, digest in entry["outputs"].items()):
            return False
        self._units[unit] = entry
        return True

    def put(self, unit: str, inputs: str, documents: Mapping[str, str]) -> None:
        """Write a unit's documents; one that is there already with the same bytes is left alone.

        Raises:
            StoreError: the disk is full or the folder unwritable.
        """
        outputs = {}
        for path, text in documents.items():
            data = text.encode("utf-8", "replace")
            outputs[path] = sha256(data).hexdigest()
            if self._hash_of(path) != outputs[path]:
                self._write(path, text)
        self._units[unit] = {"inputs": inputs, "outputs": outputs}

    def retain(self, unit: str) -> None:
        """Keep a unit as it was the last time, if it was there and is not kept or put anew."""
        if unit in self._before:
            self._units.setdefault(unit, self._before[unit])

    def recall(self, key: str) -> Any:
        """Return a JSON value that was remembered the last time, None where none was."""
        return self._remembered.get(key)

    def remember(self, key: str, value: Any) -> None:
        """Keep a JSON value until the next time; what is not remembered anew is forgotten."""
        self._used[key] = value

    def finish(self) -> None:
        """Remove the files of units that were neither kept nor put, and write the state."""
        kept = {path for entry in self._units.values() for path in entry["outputs"]}
        for entry in self._before.values():
            for path in sorted(entry["outputs"].keys() - kept):
                self._remove(path)
        self._save()

    def close(self) -> None:
        """Let the folder go. Safe to call twice."""
        self._lock.release()

    def _hash_of(self, path: str) -> str:
        try:
            return sha256((self.folder / path).read_bytes()).hexdigest()
        except OSError:
            return ""

    def _write(self, path: str, text: str) -> None:
        file = self.folder / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                sentence(str(file), f"cannot be made ({error.strerror})", "choose another folder")
            ) from error
        # A file that a power cut tears is found by its hash the next time, and written again.
        write_text(file, text, is_lasting=False)
        self.n_written += 1

    def _remove(self, path: str) -> None:
        file = self.folder / path
        if not file.resolve().is_relative_to(self.folder.resolve()):
            return  # the state was written by somebody else: nothing outside is ours
        file.unlink(missing_ok=True)
        self.n_removed += 1

    def _save(self) -> None:
        state = {"schema_version": _VERSION, "units": self._units, "remembered": self._used}
        text = json.dumps(state, indent=1, sort_keys=True, ensure_ascii=True)
        write_text(self.folder / STATE, text + "\n")


def refuse_strange(folder: Path) -> None:
    """Refuse what no site can be published into.

    Raises:
        ConfigError: it holds something else than a site.
        StoreError: the state of the site in it is damaged, or of another version.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(str(folder), "is a file", "choose a folder for the site")
    if not folder.is_dir():
        return
    if (folder / STATE).exists():
        _read_state(folder / STATE)
    elif any(entry.name != LOCK for entry in folder.iterdir()):
        raise ConfigError(str(folder), "is not empty and holds no site", "choose an empty folder")


def _read_state(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return units, and what was remembered."""
    if not path.exists():
        return {}, {}
    state = read_json(path, _ELSEWHERE)
    if state.get("schema_version") != _VERSION:
        raise StoreError(sentence(str(path), "was written by another version", _ELSEWHERE))
    units, remembered = state.get("units"), state.get("remembered")
    if (
        isinstance(units, dict)
        and isinstance(remembered, dict)
        and all(map(_is_unit, units.values()))
    ):
        return units, remembered
    raise StoreError(sentence(str(path), "is damaged", _ELSEWHERE))


def _is_unit(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("inputs"), str)
        and isinstance(entry.get("outputs"), dict)
    )
