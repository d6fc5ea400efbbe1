"""The data that a model is fitted on are held to the rules of a suite's data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.adapters.sklearn import Fit, SklearnAdapter
from harness.core.errors import DataError
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset


def test_several_labels_in_a_row_are_refused(tmp_path: Path) -> None:
    rows = [{"t": "good", "y": "a"}, {"t": "bad", "y": ["b", "c"]}]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    fit = Fit(data=Dataset(path=str(path)), columns=Columns(text="t", target="y"))

    with pytest.raises(DataError, match="row 2: has 2 targets, one label is needed"):
        SklearnAdapter(fit=fit).open()
