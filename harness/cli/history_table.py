"""Series over time in three forms: lines for a reader, JSON and CSV for a program."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from harness.cli.printable import printable
from harness.cli.sparkline import WIDTH, sparkline
from harness.core.history import Point, Series, Shift
from harness.core.quantity_unit import shown_unit, told
from harness.core.score import Direction

_ARROW = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NEITHER: " "}
_WORD = {True: "better", False: "worse", None: "moved"}
_HASH = 8
_MOST_DIGITS = 6
_COLUMNS = (
    "line", "model", "suite", "metric", "quantity", "direction", "suite_hash", "data_hash",
    "draw", "hardware", "run_id", "at", "value", "low", "high", "n", "fingerprint", "shift",
    "shift_p",
)  # fmt: skip


def history_lines(all_series: Sequence[Series]) -> Iterator[str]:
    """Yield a heading for each suite and model, a line for each series, one for each shift."""
    width = max((len(printable(series.quantity.id)) for series in all_series), default=0)
    for heading, group in groupby(all_series, key=_heading):
        yield heading
        for series in group:
            yield f"  {_summary(series, width)}"
            yield from (f"      {_shift_line(series, shift)}" for shift in series.shifts)


def history_json(all_series: Sequence[Series]) -> str:
    """Return the series as a JSON list, points and shifts within."""
    values = [dataclasses.asdict(series) for series in all_series]
    return json.dumps(values, indent=1, sort_keys=True, allow_nan=False) + "\n"


def history_csv(all_series: Sequence[Series]) -> str:
    """Return one row for each point; a shift stands in the row of the first run after it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for series in all_series:
        shifts = {shift.run_id: shift for shift in series.shifts}
        writer.writerows(_row(series, point, shifts.get(point.run_id)) for point in series.points)
    return out.getvalue()


def _heading(series: Series) -> str:
    line = f"line {series.line}" if series.line else "no line"
    hashes = f"code {series.suite_hash[:_HASH]}, data {series.data_hash[:_HASH]}"
    rest = "".join(f", {words}" for words in (series.draw, series.hardware) if words)
    return printable(f"{line}: {series.suite} · {series.model}  ({hashes}{rest})")


def _summary(series: Series, width: int) -> str:
    points = series.points
    name = f"{printable(series.quantity.id):<{width}} {_ARROW[series.quantity.direction]}"
    n_runs = f"{len(points):>4} run{'s' if len(points) > 1 else ' '}"
    days = f"{_day(points[0].at)} … {_day(points[-1].at)}"
    line = sparkline([point.value for point in points])
    return f"{name}  {n_runs}  {days}  {line:<{WIDTH}}  {_value(series, points[-1])}"


def _value(series: Series, point: Point) -> str:
    unit = shown_unit(series.quantity, [point.value])
    if point.low is None or point.high is None:
        return told(point.value, unit)
    ends = f"{point.low * unit.factor:z.4g}, {point.high * unit.factor:z.4g}"
    return f"{told(point.value, unit)} [{ends}]"


def _shift_line(series: Series, shift: Shift) -> str:
    unit = shown_unit(series.quantity, (shift.before, shift.after))
    texts = _told_apart(shift.before * unit.factor, shift.after * unit.factor)
    levels = f"{' -> '.join(texts)} {unit.word}".rstrip()
    name, word = printable(series.quantity.id), _WORD[shift.is_better]
    return f"{_day(shift.at)} {name} {levels} {word} (p {shift.p_value:.2g})"


def _told_apart(before: float, after: float) -> tuple[str, str]:
    """Write two numbers with as few digits, from two on, as show which is larger."""
    for digits in range(2, _MOST_DIGITS):
        texts = (f"{before:z.{digits}g}", f"{after:z.{digits}g}")
        if texts[0] != texts[1]:
            return texts
    return (f"{before:z.{_MOST_DIGITS}g}", f"{after:z.{_MOST_DIGITS}g}")


def _row(series: Series, point: Point, shift: Shift | None) -> tuple[object, ...]:
    return (
        series.line,
        series.model,
        series.suite,
        series.metric,
        series.quantity.id,
        series.quantity.direction,
        series.suite_hash,
        series.data_hash,
        series.draw,
        series.hardware,
        point.run_id,
        point.at,
        point.value,
        point.low,
        point.high,
        point.n or None,
        point.fingerprint,
        _WORD[shift.is_better] if shift else None,
        shift.p_value if shift else None,
    )


def _day(at: str) -> str:
    return at.partition("T")[0]
