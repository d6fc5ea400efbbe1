"""What judges said of changed texts, written and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import StoreError
from harness.core.text_measures import PairMeasured
from harness.store.text_mark import text_mark
from harness.store.text_measures_file import (
    TEXT_MEASURES,
    read_text_measures,
    write_text_measures,
)

MEASURED = {
    (text_mark("a"), text_mark("b")): PairMeasured(similarity=0.25, log_perplexity_ratio=None),
    (text_mark("a"), text_mark("\ud800")): PairMeasured(similarity=None, log_perplexity_ratio=-1.5),
}


def test_values_and_gaps_come_back(tmp_path: Path) -> None:
    assert read_text_measures(tmp_path) == {}
    write_text_measures(tmp_path, MEASURED)
    assert read_text_measures(tmp_path) == MEASURED
    assert [path.name for path in tmp_path.iterdir()] == [TEXT_MEASURES]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / TEXT_MEASURES).write_bytes(b"PAR1 not really")
    with pytest.raises(StoreError, match=r"text_measures\.parquet: cannot be read"):
        read_text_measures(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_text_measures(tmp_path / "missing", MEASURED)
