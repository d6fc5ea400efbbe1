"""The files of BBQ, as its authors publish them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.core.errors import DataError
from harness.sources.source import Source
from harness.suites.bias.bbq_rows import BbqItem, Targets, bbq_item

_METADATA = "additional_metadata.csv"
_KEYS = ("category", "example_id", "target_loc")
_NO_TARGET = ("", "NA")


def bbq_items(data: Source) -> list[BbqItem]:
    """Return all items of a file or folder.

    Raises:
        DataError: no rows, a row that cannot be used, or an id that is there twice.
        SourceError: the bytes cannot be had.
    """
    place = data.fetch()
    if not place.is_dir():
        return _items([place], _targets(place.parent / _METADATA))
    found = sorted(place.rglob("*.jsonl"))
    if not found:
        raise DataError(str(place), "holds no .jsonl file", "name the folder of Age.jsonl")
    metadata = sorted(place.rglob(_METADATA))
    return _items(found, _targets(metadata[0]) if metadata else {})


def _items(paths: list[Path], targets: Targets) -> list[BbqItem]:
    items: list[BbqItem] = []
    seen: set[str] = set()
    for path in paths:
        for where, row in _rows(path):
            item = bbq_item(row, where, len(items), targets)
            if item.sample.id in seen:
                raise DataError(where, f"repeats the id {item.sample.id}", "keep one of the rows")
            seen.add(item.sample.id)
            items.append(item)
    if not items:
        raise DataError(", ".join(path.name for path in paths), "has no rows", "name Age.jsonl")
    return items


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(where, f"is not JSON ({error})", "fetch the file anew") from error
        if not isinstance(row, dict):
            raise DataError(where, "is JSON, but not an object", "fetch the file anew")
        yield where, row


def _targets(path: Path) -> Targets:
    """Return the authors' ``target_loc``; nothing without their file."""
    if not path.is_file():
        return {}
    targets: dict[tuple[str, str], int | None] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            where = f"{path.name}, row {len(targets) + 1}"
            values = [row.get(key) for key in _KEYS]
            if None in values:
                raise DataError(where, f"needs {', '.join(_KEYS)}", "fetch the file anew")
            category, example, place = (str(value).strip() for value in values)
            try:
                targets[category, example] = None if place in _NO_TARGET else int(place)
            except ValueError as error:
                raise DataError(where, f"target_loc is {place!r}", "fetch it anew") from error
    return targets
