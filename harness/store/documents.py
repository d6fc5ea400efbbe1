"""``manifest.json`` and ``metrics.json``: values to JSON and back, with a schema version."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.core.errors import StoreError, sentence
from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure, FigureKind
from harness.core.redact import Scrubber
from harness.core.run import Evaluation, Manifest, Status
from harness.core.schema import SCHEMA_VERSION
from harness.core.score import Direction, Quantity
from harness.store.migrations import upgraded

_DAMAGED = "restore it from a copy, or run again"


def write_json(path: Path, value: object, scrub: Scrubber) -> None:
    """Write a JSON file whole or not at all.

    Raises:
        StoreError: the disk is full or the folder unwritable.
    """
    clean = scrub.values(value)
    text = json.dumps(clean, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    write_text(path, text + "\n")


def write_text(path: Path, text: str, *, is_lasting: bool = True) -> None:
    """Write a text file whole or not at all.

    Args:
        path: the file.
        text: its content.
        is_lasting: wait until it lies on the disk itself; False for what can be made again, of
            which a thousand files would wait for seconds.

    Raises:
        StoreError: the disk is full or the folder unwritable.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        _write_directly(path, text)
        return
    scratch = path.with_name(f".{path.name}.partial")
    try:
        # Half a character (a lone surrogate), which a model may write, is no UTF-8.
        with scratch.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            if is_lasting:
                file.flush()
                os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error


def _write_directly(path: Path, text: str) -> None:
    """Write to a device or a pipe, which a rename would replace."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> StoreError:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    remedy = "make room, then retry" if is_full else "choose another place"
    return StoreError(sentence(str(path), f"cannot be written ({error.strerror})", remedy))


def read_json(path: Path, remedy: str = _DAMAGED) -> dict[str, Any]:
    """Read a JSON object from a file.

    Args:
        path: the file.
        remedy: what to do about a damaged one; by default what helps with a run.

    Raises:
        StoreError: it is missing or damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StoreError(sentence(str(path), "is missing", "is this a run folder?")) from error
    except (OSError, ValueError) as error:
        raise StoreError(sentence(str(path), f"cannot be read ({error})", remedy)) from error
    if not isinstance(value, dict):
        raise StoreError(sentence(str(path), "holds no JSON object", remedy))
    return value


def encode_manifest(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest as a JSON object."""
    return dataclasses.asdict(manifest)


def decode_manifest(value: Mapping[str, Any], path: Path, remedy: str = _DAMAGED) -> Manifest:
    """Return the manifest, upgraded where an earlier version wrote it.

    Args:
        value: as it was read.
        path: where, for the message.
        remedy: what to do about a damaged one; by default what helps with a run.

    Raises:
        StoreError: it was written by a newer version, or is no manifest.
    """
    try:
        value = upgraded("manifest", value, path)
        evaluations = tuple(_evaluation(entry) for entry in value["evaluations"])
        fields = {
            **value,
            "status": Status(value["status"]),
            "evaluations": evaluations,
            "warnings": tuple(value["warnings"]),
            "resumed_at": tuple(value.get("resumed_at", ())),
        }
        manifest = Manifest(**fields)
        _check_numbers(manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(sentence(str(path), f"is no manifest ({error})", remedy)) from error
    return manifest


def _evaluation(entry: Mapping[str, Any]) -> Evaluation:
    told = {
        name: {load: tuple(own) for load, own in entry.get(name, {}).items()}
        for name in ("unstable", "breaches")
    }
    listed = {name: tuple(entry.get(name, ())) for name in ("part_slices", "judges")}
    return Evaluation(**{**entry, **told, **listed})


def _check_numbers(manifest: Manifest) -> None:
    """Refuse what JSON can say and no arithmetic can bear.

    Raises:
        TypeError: a number is none.
    """
    for name in ("seed", "confidence_level", "min_coverage"):
        if not isinstance(getattr(manifest, name), int | float):
            raise TypeError(f"{name} is no number")


def encode_metrics(
    estimates: tuple[Estimate, ...], figures: Mapping[tuple[str, str], tuple[Figure, ...]]
) -> dict[str, Any]:
    """Return estimates and figures as one JSON object."""
    return {
        "schema_version": SCHEMA_VERSION,
        "estimates": [dataclasses.asdict(estimate) for estimate in estimates],
        "figures": [
            {"model": model, "suite": suite, **dataclasses.asdict(figure)}
            for (model, suite), own in figures.items()
            for figure in own
        ],
    }


def decode_metrics(
    value: Mapping[str, Any], path: Path
) -> tuple[tuple[Estimate, ...], dict[tuple[str, str], tuple[Figure, ...]]]:
    """Return estimates and figures by (model, suite), upgraded where an earlier version wrote them.

    Raises:
        StoreError: they were written by a newer version, or are damaged.
    """
    figures: dict[tuple[str, str], tuple[Figure, ...]] = {}
    try:
        value = upgraded("metrics", value, path)
        for entry in value["figures"]:
            key = (entry["model"], entry["suite"])
            kind = FigureKind(entry["kind"])
            figure = Figure(kind=kind, title=entry["title"], data=entry["data"])
            figures[key] = (*figures.get(key, ()), figure)
        return tuple(_estimate(entry) for entry in value["estimates"]), figures
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(sentence(str(path), f"is damaged ({error})", _DAMAGED)) from error


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    quantity, interval, part = entry["quantity"], entry["interval"], entry["slice"]
    fields = {
        **entry,
        "quantity": Quantity(**{**quantity, "direction": Direction(quantity["direction"])}),
        "interval": None if interval is None else Interval(**interval),
        "slice": None if part is None else (part[0], part[1]),
    }
    return Estimate(**fields)
