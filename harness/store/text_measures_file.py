"""``text_measures.parquet``: what judges said of changed texts, by marks of the texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from harness.core.errors import StoreError, sentence
from harness.core.text_measures import PairMeasured

TEXT_MEASURES = "text_measures.parquet"
Marks: TypeAlias = tuple[bytes, bytes]
"""Of a text as it was, and as it is."""


def write_text_measures(folder: Path, measured: Mapping[Marks, PairMeasured]) -> None:
    """Write the values of a run, in place of earlier ones.

    Raises:
        StoreError: the disk is full or the folder unwritable.
    """
    import pyarrow as pa
    from pyarrow.parquet import write_table

    path = folder / TEXT_MEASURES
    columns = {
        "before": [before for before, _ in measured],
        "after": [after for _, after in measured],
        "similarity": [each.similarity for each in measured.values()],
        "log_perplexity_ratio": [each.log_perplexity_ratio for each in measured.values()],
    }
    types = (pa.binary(), pa.binary(), pa.float64(), pa.float64())
    schema = pa.schema(list(zip(columns, types, strict=True)))
    scratch = path.with_suffix(".partial")
    try:
        write_table(pa.table(columns, schema=schema), scratch, compression="zstd")
        scratch.replace(path)
    except OSError as error:
        reason = f"cannot be written ({error.strerror})"
        raise StoreError(sentence(str(path), reason, "make room, then resume the run")) from error
    finally:
        scratch.unlink(missing_ok=True)


def read_text_measures(folder: Path) -> dict[Marks, PairMeasured]:
    """Read the values of a run; none where no judge was asked about its texts.

    Raises:
        StoreError: the file is damaged.
    """
    path = folder / TEXT_MEASURES
    if not path.exists():
        return {}
    import pyarrow as pa
    from pyarrow.parquet import read_table

    try:
        return {
            (row["before"], row["after"]): PairMeasured(
                similarity=row["similarity"], log_perplexity_ratio=row["log_perplexity_ratio"]
            )
            for row in read_table(path).to_pylist()
        }
    except (OSError, KeyError, TypeError, pa.ArrowException) as error:
        reason = f"cannot be read ({error})"
        remedy = "delete it, and run again to have its values"
        raise StoreError(sentence(str(path), reason, remedy)) from error
