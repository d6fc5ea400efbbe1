"""The page of a line: when its numbers changed, and each of them drawn."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.history import Series
from harness.core.site import Line
from harness.reports.anchors import anchor
from harness.reports.csv import cell_text
from harness.reports.page import environment, own_text
from harness.reports.series_words import date_of
from harness.reports.site.assets import dress
from harness.reports.site.comparing import compare_address
from harness.reports.site.line_view import line_view
from harness.reports.site.run_list import run_rows
from harness.reports.site.trend import DrawnTrend, Move, Trend, drawn_trends

_MAX_LISTED = 200
_SHORT_HASH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendGroup:
    """The trends of one suite and model that go on, or those that have ended."""

    anchor: str
    suite: str
    model: str
    draw: str
    """Which samples were asked; empty for all."""
    remark: str
    headlines: tuple[DrawnTrend, ...]
    others: tuple[DrawnTrend, ...]

    @property
    def trends(self) -> tuple[DrawnTrend, ...]:
        """All of them."""
        return (*self.headlines, *self.others)


def render_line(line: Line) -> str:
    """Return the page."""
    own, view, groups = dress("site", "../"), line_view(line), _groups(line)
    return (
        environment()
        .get_template("site_line.html")
        .render(
            title=f"{view.title}: trends",
            dress=own,
            loader=own_text(own.loader),
            line=view,
            moves=_moves(groups),
            groups=groups,
            rows=run_rows(line.cards[: -_MAX_LISTED - 1 : -1]),
            compare=_newest_two(line),
        )
    )


def line_csv(line: Line) -> str:
    """Return every value of every series, one row each, in full precision."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for series in line.series:
        names = (series.suite, series.model, series.metric, series.quantity.id, series.hardware)
        hashes = (series.suite_hash[:_SHORT_HASH], series.data_hash[:_SHORT_HASH])
        fixed = [cell_text(name) for name in (*names, *hashes, series.draw)]
        shifted = {shift.run_id for shift in series.shifts}
        for point in series.points:
            numbers = ("" if x is None else repr(x) for x in (point.value, point.low, point.high))
            is_shift = str(point.run_id in shifted).lower()
            row = [*fixed, cell_text(point.run_id), cell_text(point.at), *numbers, is_shift]
            writer.writerow(row)
    return text.getvalue()


_COLUMNS = (
    "suite", "model", "metric", "quantity", "hardware", "suite_hash", "data_hash",
    "draw", "run_id", "started_at", "value", "low", "high", "is_new_level",
)  # fmt: skip


def _groups(line: Line) -> list[TrendGroup]:
    """Return the series by what was asked of whom; those that the newest run goes on with first."""
    by_key: dict[tuple[str, ...], list[Series]] = {}
    for series in line.series:
        if series.points:
            asked = (series.suite_hash, series.data_hash, series.draw)
            key = (series.suite, series.model, *asked)
            by_key.setdefault(key, []).append(series)
    newest = line.cards[-1].manifest.run_id
    groups = [_group(key, own, newest) for key, own in by_key.items()]
    return sorted(groups, key=lambda group: bool(group.remark))


def _group(key: tuple[str, ...], series: Sequence[Series], newest: str) -> TrendGroup:
    last = max((item.points[-1] for item in series), key=lambda point: point.at)
    *hashes, draw = key[2:]
    remark = ""
    if last.run_id != newest:
        asked = ", ".join(part[:_SHORT_HASH] for part in hashes)
        remark = (
            f"The newest run did not go on with these: they were last measured on "
            f"{date_of(last.at)}, with suite code and data {asked}."
        )
    return TrendGroup(
        anchor=anchor("group", *key),
        suite=key[0],
        model=key[1],
        draw=draw,
        remark=remark,
        headlines=drawn_trends([item for item in series if item.quantity.is_headline]),
        others=drawn_trends([item for item in series if not item.quantity.is_headline]),
    )


def _moves(groups: Sequence[TrendGroup]) -> list[tuple[Trend, Move]]:
    """Return every change of level, newest first."""
    found = [
        (item.trend, move) for group in groups for item in group.trends for move in item.trend.moves
    ]
    return sorted(found, key=lambda pair: pair[1].at, reverse=True)


def _newest_two(line: Line) -> str:
    if len(line.cards) < 2:  # noqa: PLR2004 - a pair
        return ""
    before, newest = (card.manifest.run_id for card in line.cards[-2:])
    return compare_address(before, newest)
