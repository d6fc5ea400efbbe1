"""A line as the pages show it: its newest verdict, and how its numbers went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.history import Series
from harness.core.site import Line
from harness.reports.anchors import anchor
from harness.reports.site.addresses import line_page, line_table
from harness.reports.site.badge import Badge, badge
from harness.reports.site.run_list import RunRow, clipped, run_row
from harness.reports.site.trend import Mark, Trend, format_day, trend

NO_LINE = "Runs outside any line"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """What is said of a line."""

    anchor: str
    name: str
    title: str
    address: str
    table: str
    """Address of all values as CSV."""
    badge: Badge | None
    """Of the newest run; None for runs that are no line."""
    sentence: str
    newest: RunRow
    since: str
    n_runs: int
    n_series: int
    n_changed: int
    """Series with a change of level."""
    trends: tuple[Trend, ...]
    n_more: int
    """Trends left out here."""


def line_view(line: Line, *, max_trends: int | None = None) -> LineView:
    """Return what is said of a line.

    Args:
        line: with one run at least.
        max_trends: show the newest series of so many headline quantities; None for all series.
    """
    newest = line.cards[-1]
    known = [series for series in line.series if series.points]
    wanted = known if max_trends is None else _headlines(known, newest.manifest.run_id)
    return LineView(
        anchor=anchor("line", line.name),
        name=line.name,
        title=clipped(line.name) or NO_LINE,
        address=line_page(line.name),
        table=line_table(line.name),
        badge=badge(newest) if line.name else None,
        sentence=newest.sentence if line.name else "",
        newest=run_row(newest),
        since=format_day(line.cards[0].manifest.started_at),
        n_runs=len(line.cards),
        n_series=len(known),
        n_changed=sum(bool(series.shifts) for series in known),
        trends=tuple(map(trend, wanted[:max_trends])),
        n_more=len(wanted[max_trends:]) if max_trends is not None else 0,
    )


def _headlines(known: Sequence[Series], newest: str) -> list[Series]:
    """Return the series of headline quantities that the newest run goes on with."""
    return [s for s in known if s.quantity.is_headline and s.points[-1].run_id == newest]


def changes(trends: Sequence[Trend]) -> list[tuple[Trend, Mark]]:
    """Return all change points of all trends, newest first."""
    found = [(item, mark) for item in trends for mark in item.marks]
    return sorted(found, key=lambda pair: pair[1].date, reverse=True)
