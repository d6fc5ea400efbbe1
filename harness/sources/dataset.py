"""A table of rows behind a source: CSV, TSV, JSON lines or Parquet, read as a stream."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.core.errors import ConfigError, DataError
from harness.sources.source import Source
from harness.sources.split import Part, part_filter

Format = Literal["csv", "tsv", "jsonl", "parquet"]
Row = Mapping[str, Any]

_ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_CHECK = "mend the file, or set format to the one that it has"
_BATCH = 4096
_MAX_CELL = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Source):
    """A source that holds rows."""

    format: Format | None = None
    """Told by the file's ending when absent."""
    header: bool = True
    """False for a CSV or TSV without names: columns are then called "0", "1", …."""
    part: Part = "all"
    """``train`` and ``test`` have no row in common: fit on the one, evaluate on the other."""
    test_share: float = 0.2
    """Expected share of rows in the test part."""
    split_seed: int = 0
    """Another seed makes another split."""
    split_by: str | None = None
    """Column whose value decides the part, so that rows that share a text or a document stay
    together; by default the whole row does."""

    @property
    def name(self) -> str:
        """The file's own name, for messages."""
        name = (self.file or self.path or self.hub or "data").rsplit("/", 1)[-1]
        return name if self.part == "all" else f"{name} ({self.part} part)"

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the part in order.

        Raises:
            ConfigError: the format is unknown, or ``test_share`` is impossible.
            DataError: the file is not in its format; the message names the line.
            SourceError: the bytes cannot be had.
        """
        if self.part == "all":
            return self._all_rows()
        is_kept = part_filter(
            self.part,
            test_share=self.test_share,
            seed=self.split_seed,
            by=self.split_by,
            name=self.name,
        )
        numbered = enumerate(self._all_rows(), start=1)
        return (row for number, row in numbered if is_kept(row, number))

    def _all_rows(self) -> Iterator[Row]:
        path = self.fetch()
        if path.is_dir():
            raise ConfigError(self.name, "is a folder", "name one file in it")
        kind = self.format or _ENDINGS.get(path.suffix.lower())
        if kind is None:
            raise ConfigError(
                self.name, "its ending tells no format", "write format = csv, tsv, jsonl or parquet"
            )
        if kind == "parquet":
            return _parquet(path, self.name)
        if kind == "jsonl":
            return _jsonl(path, self.name)
        return _delimited(path, self.name, "," if kind == "csv" else "\t", header=self.header)


def _jsonl(path: Path, name: str) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isspace():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"{name} line {number}", f"is not JSON ({error})", _CHECK
                ) from error
            if not isinstance(row, dict):
                raise DataError(f"{name} line {number}", "is JSON, but not an object", _CHECK)
            yield row


def _delimited(path: Path, name: str, delimiter: str, *, header: bool) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CELL)
    # Tab-separated files in the wild quote nothing, and a stray quote would swallow lines.
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, delimiter=delimiter, quoting=quoting)
        try:
            names = _header(reader, name) if header else None
            yield from _named(reader, names, name)
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError(
                f"{name} line {reader.line_num + 1}", f"cannot be read ({error})", _CHECK
            ) from error


def _header(reader: Any, file: str) -> list[str]:
    names: list[str] = next(reader, [])
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise DataError(f"{file} line 1", f"names column {twice[0]!r} twice", "rename one of them")
    return names


def _named(reader: Any, names: list[str] | None, file: str) -> Iterator[Row]:
    for cells in reader:
        if not cells:
            continue
        keys = names if names is not None else [str(i) for i in range(len(cells))]
        if len(cells) != len(keys):
            raise DataError(
                f"{file} line {reader.line_num}",
                f"has {len(cells)} cells where the header has {len(keys)}",
                "quote the cells that hold the delimiter",
            )
        yield dict(zip(keys, cells, strict=True))


def _parquet(path: Path, name: str) -> Iterator[Row]:
    from pyarrow import ArrowException, ArrowInvalid
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except ArrowInvalid as error:
        raise DataError(name, f"is not a Parquet file ({error})", _CHECK) from error
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(name, f"is damaged inside ({reason})", "fetch or write it anew") from error
