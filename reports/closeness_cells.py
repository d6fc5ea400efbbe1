"""How near changed texts are to what they were: columns, cells and words for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.core.text_measures import FAR, Closeness, PairMeasured
from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.robustness_words import value_text
from harness.reports.table import Cell, Column

_TITLES = {"meaning": "Similarity", "fluency": "Perplexity ratio"}
_NOTES = {
    "meaning": "mean cosine of the vectors of each changed text and of the text as it was",
    "fluency": "perplexity per token of each changed text over that of the text as it was,"
    " geometric mean; above 1 is less fluent",
}
_DIGITS = 3
_LEAST_SPREAD = 0.01
"""What is finer is rounding of the vectors: a text in capitals may have the very same one."""


def measures_of(found: Iterable[Sequence[Closeness]]) -> tuple[str, ...]:
    """Return the measures that any of these rows has, in the order of their columns."""
    known = {one.measure for row in found for one in row}
    return tuple(measure for measure in _TITLES if measure in known)


def closeness_columns(measures: Sequence[str]) -> tuple[Column, ...]:
    """Return a column for each measure."""
    return tuple(
        Column(title=_TITLES[measure], is_number=True, note=_NOTES[measure]) for measure in measures
    )


def closeness_cells(
    found: Sequence[Closeness], measures: Sequence[str], beside: Sequence[Closeness] = ()
) -> tuple[Cell, ...]:
    """Return a cell for each measure, empty where a row has none.

    Args:
        found: of the row.
        measures: from :func:`measures_of`.
        beside: of the random search that stands beside an attack.
    """
    known = {one.measure: one for one in found}
    others = {one.measure: one for one in beside}
    return tuple(_cell(known.get(measure), others.get(measure)) for measure in measures)


def measured_words(measured: PairMeasured | None) -> str:
    """Say what judges made of one pair of texts, such as ``similarity 0.93``; empty for nothing."""
    if measured is None:
        return ""
    words = []
    if measured.similarity is not None:
        words.append(f"similarity {format_number(measured.similarity, digits=_DIGITS)}")
    if measured.perplexity_ratio is not None:
        ratio = format_number(measured.perplexity_ratio, digits=_DIGITS)
        words.append(f"perplexity \N{MULTIPLICATION SIGN} {ratio}")
    return ", ".join(words)


def _cell(one: Closeness | None, beside: Closeness | None) -> Cell:
    if one is None:
        return Cell(ABSENT)
    remarks = []
    if one.n_far:
        remarks.append(f"{format_count(one.n_far)} of {format_count(one.n)} below {FAR}")
    if one.n_missing:
        remarks.append(f"{format_count(one.n_missing)} missing")
    if beside is not None and beside.value is not None:
        remarks.append(f"{format_number(beside.value, digits=2)} by random search")
    method = f"; {one.interval.method} interval" if one.interval else ""
    return Cell(
        value_text(one.value, one.interval, least_spread=_LEAST_SPREAD),
        order=one.value,
        note=f"by {one.judge}, of {format_count(one.n)} changed texts{method}",
        remark=", ".join(remarks),
    )
