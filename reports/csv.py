"""The estimates as CSV: one row for each, in full precision, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import ClassVar

from harness.core.estimate import Estimate
from harness.core.run import Run
from harness.reports.number_format import format_estimate
from harness.reports.visible_text import one_line

COLUMNS = (
    "run_id",
    "suite",
    "model",
    "metric",
    "quantity",
    "direction",
    "slice_column",
    "slice_value",
    "value",
    "low",
    "high",
    "level",
    "stderr",
    "n",
    "n_unscored",
    "n_clusters",
    "is_headline",
    "interval_method",
    "seed",
    "signature",
    "note",
    "formatted",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the same signs in full width, which some spreadsheets read alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRenderer:
    """Writes one row per estimate; an empty number is one that is undefined."""

    suffix: ClassVar[str] = ".csv"

    def render(self, run: Run) -> str:
        """Return the document."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for estimate in run.estimates:
            writer.writerow(_row(run.manifest.run_id, estimate))
        return text.getvalue()


def cell_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> cell_text("=1+1"), cell_text("plain")
    ("'=1+1", 'plain')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def _row(run_id: str, e: Estimate) -> list[str]:
    interval, (column, value) = e.interval, e.slice or ("", "")
    texts = (run_id, e.suite, e.model, e.metric, e.quantity.id, e.quantity.direction.value)
    return [
        *(cell_text(text) for text in (*texts, column, value)),
        _number(e.value),
        _number(interval.low if interval else None),
        _number(interval.high if interval else None),
        _number(interval.level if interval else None),
        _number(e.stderr),
        str(e.n),
        str(e.n_unscored),
        str(e.n_clusters),
        str(e.quantity.is_headline).lower(),
        cell_text(interval.method if interval else ""),
        str(e.seed),
        *(cell_text(text) for text in (e.signature, e.note, format_estimate(e))),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
