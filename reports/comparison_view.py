"""All that a page tells of a comparison, before the run's own sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from harness.core.history import Series
from harness.core.judgement import Finding, Judgement
from harness.core.run import Run
from harness.reports.bias_moves import BiasMoves, bias_moves
from harness.reports.change_lines import Changes, changes
from harness.reports.comparison_definitions import comparison_definitions
from harness.reports.disturbed_findings import DisturbedFindings, disturbed_findings, parted
from harness.reports.finding_tables import by_key, finding_table, slice_finding_table
from harness.reports.finding_words import is_pointed_out
from harness.reports.flip_rows import FlipsView, flips_view
from harness.reports.provenance_difference import provenance_difference
from harness.reports.round_words import length_drifts
from harness.reports.series_words import TOO_FEW, is_long_enough
from harness.reports.standing import alerts
from harness.reports.table import Table
from harness.reports.trend_chart import TrendChart, trend_chart
from harness.reports.verdict_view import VerdictView, verdict_view

_MAX_SLICE_ROWS = 300
"""Of all slice tables together."""
_MAX_TRENDS = 8
_FOLD_ABOVE = 24
"""Quantities of whole suites above which those that are only watched start folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """The sections of a compared report in the order of the page."""

    verdict: VerdictView
    changes: Changes
    provenance: Table
    """Only what differs."""
    metrics: Table
    """Of whole suites: all, or where they are many the gates and what was pointed out."""
    others: Table | None
    """The many that are only watched."""
    disturbed: tuple[DisturbedFindings, ...]
    """Disturbed suites, folded under the clean suite of each."""
    pointed_out: Table | None
    """Slices that moved enough to be pointed out, and those that are gates."""
    slices: tuple[Table, ...]
    """All others."""
    disturbed_slices: tuple[Table, ...]
    """Of disturbed suites, to be folded all together."""
    bias: BiasMoves | None
    """Which numbers on bias moved."""
    flips: FlipsView
    definitions: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The histories that are worth a chart of their own."""

    trends: tuple[TrendChart, ...]
    n_series: int
    n_shifted: int
    remark: str
    """Where no shift could have been found."""


def comparison_view(run: Run, judgement: Judgement, *, max_characters: int) -> ComparisonView:
    """Return the sections of a compared report.

    Args:
        run: the candidate's.
        judgement: what was said of it.
        max_characters: characters shown of each text of a flip.
    """
    whole, twins = parted(
        judgement, (each for each in judgement.findings if each.difference.slice is None)
    )
    told, others = (whole, []) if len(whole) <= _FOLD_ABOVE else _told_and_others(whole)
    sliced = [finding for finding in judgement.findings if finding.difference.slice is not None]
    first, rest = _told_and_others(sliced)
    rest, of_twins = parted(judgement, rest)
    history, drifts = by_key(run.history), length_drifts(judgement.findings)
    return ComparisonView(
        verdict=verdict_view(judgement, alerts(run)),
        changes=changes(judgement),
        provenance=provenance_difference(judgement.comparison),
        metrics=finding_table("Quantities of whole suites", told, history, drifts),
        others=finding_table("Only watched", others, history, drifts) if others else None,
        disturbed=disturbed_findings(judgement, twins, history),
        pointed_out=slice_finding_table("Pointed out", first, _MAX_SLICE_ROWS) if first else None,
        slices=tuple(_slice_tables(rest)),
        disturbed_slices=tuple(_slice_tables(chain.from_iterable(of_twins.values()))),
        bias=bias_moves(run.bias),
        flips=flips_view(judgement, max_characters=max_characters),
        definitions=comparison_definitions(judgement),
    )


def history_view(history: Sequence[Series], judgement: Judgement | None) -> HistoryView | None:
    """Return charts of the series that shifted or raised an alarm, the newest shift first.

    None where there is no history.
    """
    if not history:
        return None
    alarms = {(a.suite, a.model, a.quantity.id) for a in (judgement.alarms if judgement else ())}

    def is_told(series: Series) -> bool:
        key = (series.suite, series.model, series.quantity.id)
        return bool(series.shifts) or key in alarms

    def newest(series: Series) -> str:
        return max((shift.at for shift in series.shifts), default="")

    told = sorted(filter(is_told, history), key=newest, reverse=True)
    drawn = [trend_chart(series) for series in told[:_MAX_TRENDS]]
    return HistoryView(
        trends=tuple(chart for chart in drawn if chart is not None),
        n_series=len(history),
        n_shifted=sum(bool(series.shifts) for series in history),
        remark="" if any(map(is_long_enough, history)) else TOO_FEW,
    )


def _told_and_others(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Part gates and what was pointed out from what is only watched."""
    told: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        is_told = finding.gate is not None or is_pointed_out(finding)
        (told if is_told else others).append(finding)
    return told, others


def _slice_tables(findings: Iterable[Finding]) -> Iterable[Table]:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        d = finding.difference
        column = d.slice[0] if d.slice else ""
        groups.setdefault((d.suite, d.model, column), []).append(finding)
    limit = max(1, _MAX_SLICE_ROWS // max(1, len(groups)))
    for (suite, model, column), members in groups.items():
        yield slice_finding_table(f"{suite}, {model}, by {column}", members, limit)
