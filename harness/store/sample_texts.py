"""The texts and targets of one suite on one model, without the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from harness.core.errors import StoreError, sentence
from harness.store.samples_file import JSONL, PARQUET, StoredRecords

_COLUMNS = ("model", "suite", "text", "targets")
_BATCH = 5000


def read_texts(folder: Path, model: str, suite: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text of each sample and its targets.

    Args:
        folder: a run folder.
        model: name.
        suite: name.

    Raises:
        StoreError: the records are missing or damaged.
    """
    try:
        if (folder / JSONL).exists() or not (folder / PARQUET).exists():
            yield from _of_lines(folder, model, suite)
        else:
            yield from _of_columns(folder / PARQUET, model, suite)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            sentence(
                str(folder),
                f"holds a record that cannot be read ({error!r})",
                "restore the folder from a copy, or run again",
            )
        ) from error


def _of_lines(folder: Path, model: str, suite: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for row in StoredRecords(folder).rows():
        if (row["model"], row["suite"]) == (model, suite):
            yield row["text"], tuple(row["targets"])


def _of_columns(path: Path, model: str, suite: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    from pyarrow.compute import and_, equal
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=list(_COLUMNS)):
            mine = and_(equal(batch["model"], model), equal(batch["suite"], suite))
            kept = batch.filter(mine)
            pairs = zip(kept["text"].to_pylist(), kept["targets"].to_pylist(), strict=True)
            yield from ((text, tuple(json.loads(targets))) for text, targets in pairs)
