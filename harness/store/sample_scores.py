"""The scores of a run folder in columns, read without the texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.core.errors import StoreError, sentence
from harness.core.sample_scores import SampleScores
from harness.store.samples_file import JSONL, PARQUET, SCORES, StoredRecords

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

_COLUMNS = ["model", "suite", "sample_id", "index", "cluster", "slices", SCORES]
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
        for key, rows in _blocks(folder):
            parts.setdefault(key, _Part()).add(rows)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(
            sentence(
                str(folder),
                f"holds a record that cannot be read ({error!r})",
                "restore the folder from a copy, or run again",
            )
        ) from error
    return {key: part.scores(*key) for key, part in parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of one suite on one model."""

    indices: Sequence[int]
    ids: Sequence[str]
    clusters: Sequence[str | None]
    slices: Sequence[Mapping[str, str]]
    statistics: Mapping[str, Floats]


@dataclass(slots=True)
class _Part:
    """All rows of one suite on one model, as they come."""

    blocks: list[_Rows] = field(default_factory=list)

    def add(self, rows: _Rows) -> None:
        self.blocks.append(rows)

    def scores(self, model: str, suite: str) -> SampleScores:
        import numpy as np

        order = np.argsort([i for rows in self.blocks for i in rows.indices], kind="stable")
        ids = [name for rows in self.blocks for name in rows.ids]
        clusters = [name for rows in self.blocks for name in rows.clusters]
        slices = [names for rows in self.blocks for names in rows.slices]
        columns = dict.fromkeys(name for names in slices for name in names)
        return SampleScores(
            model=model,
            suite=suite,
            ids=[ids[i] for i in order],
            clusters=[clusters[i] for i in order],
            slices={name: [slices[i].get(name) for i in order] for name in columns},
            statistics={name: self._column(name)[order] for name in self._names()},
        )

    def _names(self) -> Iterable[str]:
        return dict.fromkeys(name for rows in self.blocks for name in rows.statistics)

    def _column(self, name: str) -> Floats:
        import numpy as np

        return np.concatenate(
            [rows.statistics.get(name, np.full(len(rows.ids), np.nan)) for rows in self.blocks]
        )


def _blocks(folder: Path) -> Iterator[tuple[Key, _Rows]]:
    """Yield rows of one suite on one model at a time, some twenty thousand at most."""
    if (folder / JSONL).exists() or not (folder / PARQUET).exists():
        yield from _blocks_of_lines(folder)
        return
    from pyarrow.compute import and_, equal
    from pyarrow.parquet import ParquetFile

    with ParquetFile(folder / PARQUET) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=_COLUMNS):
            pairs = zip(batch["model"].to_pylist(), batch["suite"].to_pylist(), strict=True)
            for key in dict.fromkeys(pairs):
                mine = and_(equal(batch["model"], key[0]), equal(batch["suite"], key[1]))
                yield key, _rows_of_batch(batch.filter(mine))


def _rows_of_batch(batch: Any) -> _Rows:
    slices = batch["slices"].dictionary_encode()
    known = [json.loads(text) for text in slices.dictionary.to_pylist()]
    return _Rows(
        indices=batch["index"].to_pylist(),
        ids=batch["sample_id"].to_pylist(),
        clusters=batch["cluster"].to_pylist(),
        slices=[known[code] for code in slices.indices.to_pylist()],
        statistics=_statistics_of_column(batch[SCORES]),
    )


def _statistics_of_column(column: Any) -> dict[str, Floats]:
    """Turn a column of maps into one array per key."""
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_map(column.type):  # JSON texts, in the first version of the schema
        return _statistics([json.loads(text) for text in column.to_pylist()])
    counts = np.diff(column.offsets.to_numpy())
    start, end = column.offsets[0].as_py(), column.offsets[-1].as_py()
    names = column.keys.slice(start, end - start).dictionary_encode()
    codes, values = names.indices.to_numpy(), column.items.slice(start, end - start).to_numpy()
    rows = np.repeat(np.arange(len(column)), counts)
    table = np.full((len(names.dictionary), len(column)), np.nan)
    table[codes, rows] = values
    return dict(zip(names.dictionary.to_pylist(), table, strict=True))


def _blocks_of_lines(folder: Path) -> Iterator[tuple[Key, _Rows]]:
    groups: dict[Key, list[dict[str, Any]]] = {}
    for row in StoredRecords(folder).rows():
        kept = {name: row[name] for name in _COLUMNS}
        groups.setdefault((row["model"], row["suite"]), []).append(kept)
    for key, rows in groups.items():
        yield (
            key,
            _Rows(
                indices=[row["index"] for row in rows],
                ids=[row["sample_id"] for row in rows],
                clusters=[row["cluster"] for row in rows],
                slices=[row["slices"] for row in rows],
                statistics=_statistics([row[SCORES] for row in rows]),
            ),
        )


def _statistics(scores: Sequence[Mapping[str, float | str]]) -> dict[str, Floats]:
    import numpy as np

    names = dict.fromkeys(name for row in scores for name in row)
    # A statistic that is no finite number is kept as text; ``float`` reads both.
    return {
        name: np.fromiter((float(row.get(name, np.nan)) for row in scores), np.float64, len(scores))
        for name in names
    }
