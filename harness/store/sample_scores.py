"""The scores of a run folder in columns, read without the texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import StoreError, sentence
from harness.core.sample_scores import SampleScores
from harness.store.samples_file import JSONL, PARQUET, StoredRecords

_COLUMNS = ["model", "suite", "sample_id", "index", "cluster", "slices", "scores"]
_BATCH = 20_000

Key = tuple[str, str]


def read_scores(folder: Path) -> dict[Key, SampleScores]:
    """Read the statistics of every sample.

    Returns:
        Columns by (model, suite), in the order of the data set.

    Raises:
        StoreError: the records are missing or damaged.
    """
    parts: dict[Key, _Part] = {}
    try:
        for row in _rows(folder):
            parts.setdefault((row["model"], row["suite"]), _Part()).add(row)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(
            sentence(
                str(folder),
                f"holds a record that cannot be read ({error!r})",
                "restore the folder from a copy, or run again",
            )
        ) from error
    return {key: part.scores(*key) for key, part in parts.items()}


class _Part:
    """The rows of one suite on one model."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)

    def scores(self, model: str, suite: str) -> SampleScores:
        rows = sorted(self._rows, key=lambda row: int(row["index"]))
        return SampleScores(
            model=model,
            suite=suite,
            ids=[row["sample_id"] for row in rows],
            clusters=[row["cluster"] for row in rows],
            slices=_columns([row["slices"] for row in rows]),
            statistics=_statistics([row["scores"] for row in rows]),
        )


def _columns(slices: list[Mapping[str, str]]) -> dict[str, list[str | None]]:
    names = dict.fromkeys(name for row in slices for name in row)
    return {name: [row.get(name) for row in slices] for name in names}


def _statistics(scores: list[Mapping[str, float | str]]) -> dict[str, Any]:
    import numpy as np

    names = dict.fromkeys(name for row in scores for name in row)
    # A statistic that is no finite number is kept as text; ``float`` reads both.
    return {
        name: np.fromiter((float(row.get(name, np.nan)) for row in scores), np.float64, len(scores))
        for name in names
    }


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    if (folder / JSONL).exists() or not (folder / PARQUET).exists():
        yield from StoredRecords(folder).rows()
        return
    from pyarrow.parquet import ParquetFile

    with ParquetFile(folder / PARQUET) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=_COLUMNS):
            columns = {name: batch.column(name).to_pylist() for name in _COLUMNS}
            for name in ("slices", "scores"):
                columns[name] = _parsed(columns[name])
            names = list(columns)
            for values in zip(*columns.values(), strict=True):
                yield dict(zip(names, values, strict=True))


def _parsed(texts: Iterable[str]) -> list[Any]:
    """Parse many small JSON texts at once."""
    parsed: list[Any] = json.loads(f"[{','.join(texts)}]")
    return parsed
