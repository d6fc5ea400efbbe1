"""The first page: the newest verdict of each line, and all runs."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.site import Overview
from harness.reports.number_format import format_count, format_time
from harness.reports.page import environment, own_text
from harness.reports.site.assets import dress
from harness.reports.site.line_view import LineSummary, line_summary
from harness.reports.site.run_list import RunRow, run_rows
from harness.reports.verdict_badge import Badge

_MAX_LISTED = 1000
"""Runs listed on the first page; with it and the trends the page stays below a megabyte."""
_LONGEST = 400
"""Characters of a sentence on what was left out."""
_MAX_TRENDS = 60
"""Drawings on the first page, shared by its lines."""
_MIN_TRENDS, _MOST_TRENDS = 1, 8
"""Drawings of one line."""


def render_index(overview: Overview) -> str:
    """Return the page."""
    own = dress("site", "")
    cards = overview.cards
    rows = run_rows(cards[:_MAX_LISTED])
    return (
        environment()
        .get_template("site_index.html")
        .render(
            title="All audit runs",
            dress=own,
            loader=own_text(own.loader),
            counts=_counts(overview),
            unreadable=[sentence[:_LONGEST] for sentence in overview.unreadable],
            lines=_lines(overview),
            rows=rows,
            n_unlisted=len(cards) - len(rows),
            line_names=[line for line in dict.fromkeys(row.line for row in rows) if line],
            kinds=_kinds(rows),
        )
    )


def _lines(overview: Overview) -> list[LineSummary]:
    """Return the lines, the one with the newest run first; runs outside any line come last."""
    lines = [line for line in overview.lines if line.cards]
    share = min(_MOST_TRENDS, max(_MIN_TRENDS, _MAX_TRENDS // max(1, len(lines))))
    ordered = sorted(lines, key=lambda line: line.cards[-1].manifest.started_at, reverse=True)
    ordered.sort(key=lambda line: not line.name)
    return [line_summary(line, max_trends=share) for line in ordered]


def _counts(overview: Overview) -> str:
    n_runs = len(overview.cards)
    if not n_runs:
        return "No runs."
    n_lines = len([line for line in overview.lines if line.name])
    runs = f"{format_count(n_runs)} {'run' if n_runs == 1 else 'runs'}"
    lines = f"{format_count(n_lines)} {'line' if n_lines == 1 else 'lines'}"
    newest = format_time(overview.cards[0].manifest.started_at)
    return f"{runs} in {lines}; the newest of {newest}."


def _kinds(rows: Sequence[RunRow]) -> list[Badge]:
    """Return each verdict that some row has, once."""
    return sorted({row.badge.name: row.badge for row in rows}.values(), key=lambda b: b.word)
