"""A line in short: its newest verdict, and how its headline numbers went."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.history import Series
from harness.core.site import Line
from harness.reports.anchors import anchor
from harness.reports.number_format import format_count
from harness.reports.series_words import date_of
from harness.reports.site.addresses import line_page, line_table
from harness.reports.site.badge import card_badge
from harness.reports.site.run_list import RunRow, clipped, run_row
from harness.reports.site.trend import SmallTrend, small_trends
from harness.reports.verdict_badge import Badge

NO_LINE = "Runs outside any line"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """What is said of a line wherever it is told of."""

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
    judged: RunRow | None
    """The newest run with a verdict, where it is not the newest of all."""
    runs: str
    """Such as ``12 runs since 2026-11-01``."""
    levels: str
    """How many numbers are followed, and how many have changed their level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSummary:
    """A line on the first page."""

    view: LineView
    trends: tuple[SmallTrend, ...]
    n_more: int
    """Headline numbers left out."""


def line_view(line: Line) -> LineView:
    """Return what is said of a line.

    Args:
        line: with one run at least.
    """
    newest, n_runs = line.cards[-1], len(line.cards)
    n_series = len(line.series)
    n_changed = sum(bool(series.shifts) for series in line.series)
    since = date_of(line.cards[0].manifest.started_at)
    return LineView(
        anchor=anchor("line", line.name),
        name=line.name,
        title=clipped(line.name) or NO_LINE,
        address=line_page(line.name),
        table=line_table(line.name),
        badge=card_badge(newest) if line.name else None,
        sentence=newest.sentence if line.name else "",
        newest=run_row(newest),
        judged=_judged_before(line),
        runs=f"{format_count(n_runs)} {'run' if n_runs == 1 else 'runs'} since {since}",
        levels=(
            f"{format_count(n_changed)} of {format_count(n_series)} "
            f"{'number' if n_series == 1 else 'numbers'} changed level"
        ),
    )


def _judged_before(line: Line) -> RunRow | None:
    if not line.name or line.cards[-1].verdict is not None:
        return None
    return next((run_row(card) for card in line.cards[::-1] if card.verdict is not None), None)


def line_summary(line: Line, *, max_trends: int) -> LineSummary:
    """Return a line with the newest headline numbers of its series, as many as there is room for.

    Args:
        line: with one run at least.
        max_trends: drawings at most.
    """
    newest = line.cards[-1].manifest.run_id
    headlines = [s for s in line.series if s.quantity.is_headline and _ends(s) == newest]
    # What has changed last is seen first; the rest stays in its order.
    headlines.sort(key=lambda series: series.shifts[-1].at if series.shifts else "", reverse=True)
    return LineSummary(
        view=line_view(line),
        trends=small_trends(headlines[:max_trends]),
        n_more=len(headlines[max_trends:]),
    )


def _ends(series: Series) -> str:
    return series.points[-1].run_id if series.points else ""
