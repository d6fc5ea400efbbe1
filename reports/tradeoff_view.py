"""The section of a report that holds a run's models against each other."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.run import Run
from harness.reports.number_format import format_count
from harness.reports.panels.panel import Panel
from harness.reports.table import Table
from harness.reports.tradeoff_panel import tradeoff_panel, tradeoff_summary
from harness.reports.tradeoff_points import clouds
from harness.reports.tradeoff_table import gains_table, tradeoff_table
from harness.reports.tradeoff_words import left_out_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeoffChart:
    """A drawing with its words."""

    title: str
    words: str
    panel: Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeoffView:
    """What the template shows."""

    lead: str
    level: float
    table: Table
    charts: tuple[TradeoffChart, ...]
    gains: Table
    notes: tuple[str, ...]


def tradeoff_view(run: Run, *, has_charts: bool = True) -> TradeoffView | None:
    """Return the section; None where a run has nothing to hold against each other."""
    tradeoff = run.tradeoff
    if tradeoff is None:
        return None
    n = len(tradeoff.alternatives)
    noun = "variant" if tradeoff.has_one_source else "model"
    of_what = " of the same weights" if tradeoff.has_one_source else ""
    drawn = clouds(tradeoff) if has_charts else ()
    return TradeoffView(
        lead=f"{format_count(n)} {noun}{'' if n == 1 else 's'}{of_what} beside {tradeoff.base}",
        level=tradeoff.level,
        table=tradeoff_table(tradeoff),
        charts=tuple(
            TradeoffChart(
                title=f"{cloud.suite}: {cloud.quality} against {cloud.gain}",
                words=tradeoff_summary(cloud),
                panel=tradeoff_panel(cloud),
            )
            for cloud in drawn
        ),
        gains=gains_table(tradeoff),
        notes=tuple(left_out_texts(tradeoff)),
    )
