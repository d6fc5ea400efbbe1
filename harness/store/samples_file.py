"""``samples.jsonl`` while a run goes on, ``samples.parquet`` once it has ended."""

from __future__ import annotations

import errno
import json
import os
from array import array
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from harness.core.errors import StoreError, sentence
from harness.core.redact import Scrubber
from harness.core.response import Failure
from harness.core.run import Outline, Record
from harness.store.record_codec import decode_record, encode_record

JSONL = "samples.jsonl"
PARQUET = "samples.parquet"
_NESTED = ("targets", "choices", "slices", "request", "answer", "unscored", "reading")
SCORES = "scores"
"""The one nested field that is no JSON text: a map, which is read without being parsed."""
_BATCH = 5000
_BLOCK = 1 << 16
_dump = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class SampleWriter:
    """Appends records as lines, unbuffered: what was answered survives a kill of this process."""

    def __init__(self, path: Path, scrub: Scrubber) -> None:
        self._path = path
        self._scrub = scrub
        try:
            _cut_unfinished_line(path)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise _cannot_write(path, error) from error

    def append(self, record: Record) -> None:
        """Write one record.

        Raises:
            StoreError: the disk is full or the folder unwritable.
        """
        line = _dump(self._scrub.values(encode_record(record))).encode("ascii") + b"\n"
        try:
            n_written = self._file.write(line)
        except OSError as error:
            raise _cannot_write(self._path, error) from error
        if n_written != len(line):
            raise _cannot_write(self._path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    def close(self) -> None:
        """Bring the lines to the disk itself. Safe to call twice."""
        if self._file.closed:
            return
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_write(self._path, error) from error
        finally:
            self._file.close()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON lines file; a last line cut short by a kill is left out.

    Raises:
        StoreError: another line is damaged.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except ValueError as error:
                raise StoreError(
                    sentence(f"{path} line {number}", "is damaged", "delete that line")
                ) from error


def compact(jsonl: Path, parquet: Path) -> int:
    """Rewrite the lines as Parquet (zstd), sorted by model, suite and index; return the count.

    Memory stays bounded: only the place of each line is held, never its text.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    offsets = _sorted_offsets(jsonl)
    schema = _schema()
    scratch = parquet.with_suffix(".partial")
    try:
        with jsonl.open("rb") as file, ParquetWriter(scratch, schema, compression="zstd") as writer:
            for start in range(0, len(offsets), _BATCH):
                rows = [_flat(_line_at(file, place)) for place in offsets[start : start + _BATCH]]
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        scratch.replace(parquet)
    finally:
        scratch.unlink(missing_ok=True)
    jsonl.unlink()
    return len(offsets)


def reopen(parquet: Path, jsonl: Path) -> None:
    """Undo ``compact``, so that a run that is resumed can append to what it has.

    Whatever moment this is killed at, the lines are all in one of the two files; where both are
    there, the lines hold everything that the Parquet file does.

    Raises:
        StoreError: the disk is full or the folder unwritable.
    """
    scratch = jsonl.with_suffix(".partial")
    try:
        with scratch.open("w", encoding="ascii", newline="\n") as file:
            file.writelines(_dump(row) + "\n" for row in _parquet_rows(parquet))
        scratch.replace(jsonl)
        parquet.unlink()
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise _cannot_write(jsonl, error) from error


class StoredRecords:
    """The records of a run folder, read as they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Record]:
        """Yield the records, one per sample: the last, where a sample was asked again."""
        for row in self.rows():
            try:
                yield decode_record(row)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise StoreError(
                    sentence(
                        str(self._folder),
                        f"holds a record that cannot be read ({error!r})",
                        "restore the folder from a copy, or run again",
                    )
                ) from error

    def __len__(self) -> int:
        """Count the records."""
        if self._is_compact:
            from pyarrow.parquet import read_metadata

            return int(read_metadata(self._folder / PARQUET).num_rows)
        return sum(1 for _ in self.rows())

    def outlines(self) -> Iterator[Outline]:
        """Yield the rows without decoding them."""
        if self._is_compact:
            yield from _parquet_outlines(self._folder / PARQUET)
            return
        for row in self.rows():
            is_failure = row["answer"]["kind"] == Failure.__name__
            yield Outline(row["model"], row["suite"], row["sample_id"], row["index"], is_failure)

    def chosen(self, keys: Collection[tuple[str, str, str]]) -> Iterator[Record]:
        """Yield the records of the samples named by (model, suite, sample id).

        The other rows are passed over without being decoded.
        """
        names = {name for _, _, name in keys}
        if self._is_compact:
            rows = _parquet_rows(self._folder / PARQUET, names)
        else:
            rows = (row for row in self.rows() if row["sample_id"] in names)
        for row in rows:
            if (row["model"], row["suite"], row["sample_id"]) in keys:
                yield decode_record(row)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the records as JSON objects."""
        if self._is_compact:
            return _parquet_rows(self._folder / PARQUET)
        jsonl = self._folder / JSONL
        return _last_lines(jsonl) if jsonl.exists() else iter(())

    @property
    def _is_compact(self) -> bool:
        # Where a kill has left both, the lines hold at least as much.
        return (self._folder / PARQUET).exists() and not (self._folder / JSONL).exists()


def _last_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield one row per sample: a resumed run asks again for what had failed, and appends."""
    last = {_key_of(row): number for number, row in enumerate(read_lines(path))}
    kept = set(last.values())
    yield from (row for number, row in enumerate(read_lines(path)) if number in kept)


def _key_of(row: Any) -> tuple[Any, ...]:
    """Return what names a sample; what is no record names itself, and is told when it is read."""
    if not isinstance(row, dict):
        return (repr(row),)
    return (row.get("model"), row.get("suite"), row.get("index"))


def _parquet_rows(path: Path, ids: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows, or those of the samples of these ids alone."""
    import pyarrow as pa
    from pyarrow.compute import is_in
    from pyarrow.parquet import ParquetFile

    wanted = None if ids is None else pa.array(sorted(ids), pa.string())
    for batch in ParquetFile(path).iter_batches(batch_size=_BATCH):
        kept = batch
        if wanted is not None:
            kept = batch.filter(is_in(batch.column("sample_id"), value_set=wanted))
        for row in kept.to_pylist():
            yield {
                key: _unflat(key, value)
                for key, value in row.items()
                if value is not None or key == "cluster"
            }


def _parquet_outlines(path: Path) -> Iterator[Outline]:
    from pyarrow.compute import match_substring
    from pyarrow.parquet import ParquetFile

    names = ["model", "suite", "sample_id", "index", "answer"]
    # Within a JSON text a model's own quotes are escaped: only a failure has these characters.
    mark = _dump({"kind": Failure.__name__})[1:-1]
    for batch in ParquetFile(path).iter_batches(batch_size=_BATCH, columns=names):
        columns = [batch.column(name).to_pylist() for name in names[:-1]]
        is_failure = match_substring(batch.column("answer"), mark).to_pylist()
        yield from (Outline(*row) for row in zip(*columns, is_failure, strict=True))


def _schema() -> Any:
    import pyarrow as pa

    names = ("model", "suite", "sample_id", "text", "cluster", *_NESTED)
    fields = [pa.field(name, pa.string()) for name in names]
    scores = pa.field(SCORES, pa.map_(pa.string(), pa.float64()))
    return pa.schema([*fields, scores, pa.field("index", pa.int64())])


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {key: _dump(row[key]) if key in _NESTED else _writable(row[key]) for key in row}
    # A statistic that is no finite number is kept as text in the lines; ``float`` reads both.
    scores = [(_writable(name), float(value)) for name, value in row[SCORES].items()]
    return {**flat, SCORES: scores}


def _writable(value: Any) -> Any:
    """Lone surrogates cannot be UTF-8, and a model may write them: they become U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _unflat(key: str, value: Any) -> Any:
    if key == SCORES:
        return _scores(value)
    return json.loads(value) if key in _NESTED else value


def _scores(value: Any) -> dict[str, Any]:
    """Read a map; or a JSON text, as the first version of the schema has it."""
    scores: dict[str, Any] = json.loads(value) if isinstance(value, str) else dict(value)
    return scores


def _sorted_offsets(jsonl: Path) -> list[int]:
    """Return where each line starts, in the order of model, suite and index.

    A sample that was asked again (its first answer was a failure) counts with its last line.
    """
    names: dict[tuple[str, str], int] = {}
    keys, indices, places = array("q"), array("q"), array("q")
    place = 0
    with jsonl.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                row = json.loads(line)
                keys.append(names.setdefault((row["model"], row["suite"]), len(names)))
                indices.append(row["index"])
                places.append(place)
            place += len(line)
    import numpy as np

    order = np.lexsort((np.asarray(places), np.asarray(indices), np.asarray(keys)))
    pairs = np.stack([np.asarray(keys)[order], np.asarray(indices)[order]])
    is_last = np.append((pairs[:, 1:] != pairs[:, :-1]).any(axis=0), values=True)
    return [int(place) for place in np.asarray(places)[order][is_last[: len(order)]]]


def _line_at(file: IO[bytes], place: int) -> dict[str, Any]:
    file.seek(place)
    row: dict[str, Any] = json.loads(file.readline())
    return row


def _cut_unfinished_line(path: Path) -> None:
    """Take off what a kill left of a line, so that the next one starts on its own."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                file.truncate(start + found + 1)
                return
            end = start
        file.truncate(0)


def _cannot_write(path: Path, error: OSError) -> StoreError:
    return StoreError(
        sentence(
            str(path),
            f"cannot be written ({error.strerror})",
            "make room or choose another folder with --out; what was answered until now is kept",
        )
    )
