"""The estimates as CSV: one row for each, in full precision, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from harness.core.estimate import Estimate
from harness.core.judgement import Finding, Judgement
from harness.core.run import Manifest, Run
from harness.reports.csv_bias import COLUMNS as BIAS_COLUMNS
from harness.reports.csv_bias import MOVE_COLUMNS, Cells, Key, bias_cells, key_of, move_cells
from harness.reports.csv_explanations import COLUMNS as EXPLANATION_COLUMNS
from harness.reports.csv_explanations import (
    agreement_cells,
    cells_of_explanation,
    method_cells,
)
from harness.reports.csv_findings import COLUMNS as FINDING_COLUMNS
from harness.reports.csv_findings import estimate_key, finding_values, findings_by_key
from harness.reports.csv_robustness import COLUMNS as ROBUSTNESS_COLUMNS
from harness.reports.csv_robustness import cells_of, disturbed_cells, overall_cells
from harness.reports.load_marks import mark_of
from harness.reports.unit_format import estimate_text
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

_Row: TypeAlias = tuple[Estimate | None, list[str]]
"""A row, and the estimate that it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRenderer:
    """Writes one row per estimate; an empty number is one that is undefined.

    Of a run that was compared, each row goes on with what was found about its number; of one with
    disturbed suites, with what it is beside the clean suite's; of one that probes for bias, with
    what it would be without any, and beside a baseline with where it went; of one with explained
    samples, with the method that it is about.
    """

    suffix: ClassVar[str] = ".csv"

    def render(self, run: Run) -> str:
        """Return the document."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        heads = COLUMNS if run.judgement is None else (*COLUMNS, *FINDING_COLUMNS)
        rows = _compared_rows(run, run.judgement) if run.judgement else _plain_rows(run)
        if run.bias is not None:
            rows = _beside(rows, bias_cells(run), BIAS_COLUMNS)
            heads = (*heads, *BIAS_COLUMNS)
        if run.bias is not None and run.bias.moves:
            rows = _beside(rows, move_cells(run), MOVE_COLUMNS)
            heads = (*heads, *MOVE_COLUMNS)
        if run.robustness:
            rows = _disturbed_rows(run, rows, heads)
            heads = (*heads, *ROBUSTNESS_COLUMNS)
        if run.explanations:
            rows = _explained_rows(run, rows, heads)
            heads = (*heads, *EXPLANATION_COLUMNS)
        writer.writerow(heads)
        writer.writerows(row for _, row in rows)
        return text.getvalue()


def cell_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> cell_text("=1+1"), cell_text("plain")
    ("'=1+1", 'plain')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def _row(manifest: Manifest, e: Estimate) -> list[str]:
    mark = mark_of(e, manifest)
    note = "; ".join(filter(None, (e.note, mark.sentence if mark else "")))
    interval, (column, value) = e.interval, e.slice or ("", "")
    texts = (manifest.run_id, e.suite, e.model, e.metric, e.quantity.id, e.quantity.direction.value)
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
        *(cell_text(text) for text in (e.signature, note, estimate_text(e))),
    ]


def _plain_rows(run: Run) -> Iterator[_Row]:
    for estimate in run.estimates:
        yield estimate, _row(run.manifest, estimate)


def _beside(
    rows: Iterator[_Row], known: Mapping[Key, Cells], columns: Sequence[str]
) -> Iterator[_Row]:
    """Yield rows with what is known of their number, where anything is."""
    for estimate, row in rows:
        cells = {} if estimate is None else known.get(key_of(estimate), {})
        yield estimate, [*row, *(_text(cells.get(name)) for name in columns)]


def _disturbed_rows(run: Run, rows: Iterator[_Row], heads: Sequence[str]) -> Iterator[_Row]:
    """Yield rows with what they are beside the clean suite's, then those of all perturbations."""
    known = disturbed_cells(run)
    for estimate, row in rows:
        cells = {} if estimate is None else cells_of(estimate, run, known)
        yield estimate, [*row, *(_text(cells.get(name)) for name in ROBUSTNESS_COLUMNS)]
    for cells in overall_cells(run):
        whole = {"run_id": run.manifest.run_id, **cells}
        yield None, [_text(whole.get(name)) for name in (*heads, *ROBUSTNESS_COLUMNS)]


def _explained_rows(run: Run, rows: Iterator[_Row], heads: Sequence[str]) -> Iterator[_Row]:
    """Yield rows with the method that each number is about, then how alike the methods are."""
    known = method_cells(run)
    for estimate, row in rows:
        cells = {} if estimate is None else cells_of_explanation(estimate, known)
        yield estimate, [*row, *(_text(cells.get(name)) for name in EXPLANATION_COLUMNS)]
    for cells in agreement_cells(run):
        whole = {"run_id": run.manifest.run_id, **cells}
        yield None, [_text(whole.get(name)) for name in (*heads, *EXPLANATION_COLUMNS)]


def _compared_rows(run: Run, judgement: Judgement) -> Iterator[_Row]:
    """Yield the estimates with their findings, then the findings that no estimate goes with."""
    findings = findings_by_key(judgement.findings)
    for estimate in run.estimates:
        finding = findings.pop(estimate_key(estimate), None)
        values = [""] * len(FINDING_COLUMNS) if finding is None else _finding_cells(finding)
        yield estimate, [*_row(run.manifest, estimate), *values]
    for finding in findings.values():
        d = finding.difference
        known = {"run_id": run.manifest.run_id, "suite": d.suite, "model": d.model,
                 "metric": d.metric, "quantity": d.quantity.id,
                 "direction": d.quantity.direction.value}  # fmt: skip
        known |= dict(zip(("slice_column", "slice_value"), d.slice or ("", ""), strict=True))
        texts = [cell_text(known.get(column, "")) for column in COLUMNS]
        yield None, [*texts, *_finding_cells(finding)]


def _finding_cells(finding: Finding) -> list[str]:
    return [_text(value) for value in finding_values(finding)]


def _text(value: str | float | None) -> str:
    return cell_text(value) if isinstance(value, str) else _number(value)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value or abs(value))  # 0.0 where it is -0.0
