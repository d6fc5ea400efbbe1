"""Reads what a run folder holds about one model: who it was, and what it answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import AdapterError, ConfigError, did_you_mean
from harness.core.identity import Identity, hash_json

_PARQUET, _JSONL, _MANIFEST = "samples.parquet", "samples.jsonl", "manifest.json"
_COLUMNS = ["model", "request", "answer"]
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class _Row:
    model: str
    request: Mapping[str, Any]
    answer: str
    """JSON text: decoded only when it is asked for."""
    is_failure: bool


def find_model(folder: Path, name: str | None) -> str:
    """Return the model's name, which may be left out when the run has but one.

    Raises:
        ConfigError: no run there, no such model in it, or several and no name.
        AdapterError: the manifest is damaged.
    """
    known = list(_models(folder))
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        shown = ", ".join(known) or "no model"
        raise ConfigError("model", f"the run {folder.name} has {shown}", "write which one")
    if name not in known:
        reason = f"the run {folder.name} has no model {name!r}"
        raise ConfigError("model", reason, did_you_mean(name, known))
    return name


def read_identity(folder: Path, model: str) -> Identity:
    """Return the recorded model's identity, marked as replayed."""
    parts = {
        name: str(text) for name, text in _models(folder)[model].items() if name != "fingerprint"
    }
    return Identity({**parts, "replay": folder.resolve().name})


def read_answers(folder: Path, model: str) -> dict[str, str]:
    """Return the answers as JSON text, by the hash of what was asked.

    Of several answers to one question, the first that is no failure is kept.

    Raises:
        AdapterError: the records are missing or damaged.
    """
    answers: dict[str, str] = {}
    failed: set[str] = set()
    try:
        for row in _rows(folder):
            if row.model != model:
                continue
            key = hash_json(row.request)
            if key not in answers or (key in failed and not row.is_failure):
                answers[key] = row.answer
                (failed.add if row.is_failure else failed.discard)(key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"holds a record that cannot be read ({type(error).__name__}: {error})"
        raise AdapterError(f"{folder}: {reason}") from error
    return answers


def _models(folder: Path) -> Mapping[str, Mapping[str, object]]:
    file = folder / _MANIFEST
    if not file.is_file():
        raise ConfigError("run", f"{folder} is no run's folder", f"it has no {_MANIFEST}")
    try:
        models: Mapping[str, Mapping[str, object]] = json.loads(file.read_bytes())["models"]
        return {name: dict(parts) for name, parts in models.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdapterError(f"{file}: is damaged ({type(error).__name__}: {error})") from error


def _rows(folder: Path) -> Iterator[_Row]:
    # Where a kill has left both, the lines hold at least as much.
    if (folder / _PARQUET).exists() and not (folder / _JSONL).exists():
        return _parquet_rows(folder / _PARQUET)
    return _json_rows(folder / _JSONL)


def _parquet_rows(file: Path) -> Iterator[_Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=_COLUMNS):
            for row in batch.to_pylist():
                answer = row["answer"]
                is_failure = json.loads(answer)["kind"] == "Failure"
                yield _Row(row["model"], json.loads(row["request"]), answer, is_failure)


def _json_rows(file: Path) -> Iterator[_Row]:
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):  # cut short by a kill: that answer was never kept
                return
            row = json.loads(line)
            request, answer = _opened(row["request"]), _opened(row["answer"])
            is_failure = answer["kind"] == "Failure"
            yield _Row(row["model"], request, json.dumps(answer), is_failure)


def _opened(value: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a nested object, which a row holds as it is or as JSON text."""
    if isinstance(value, str):
        opened: Mapping[str, Any] = json.loads(value)
        return opened
    return value
