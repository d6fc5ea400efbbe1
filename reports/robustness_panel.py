"""What each perturbation costs: a dot and its interval in a row of its own, beside a line at 0."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core.comparison import Difference
from harness.core.robustness import Robustness
from harness.core.score import Direction, Quantity
from harness.reports.panels.panel import Panel, key
from harness.reports.panels.rows import CIRCLE, Line, RowMark, rows_panel
from harness.reports.robustness_words import Effect, change_text, judged

_ALL = {"worst": "worst of each sample", "mean": "mean of all"}


def robustness_panel(found: Robustness) -> Panel | None:
    """Draw the changes of the quantity that leads; None where nothing is known of it."""
    marks = list(_marks(found))
    if not marks:
        return None
    return rows_panel(
        marks,
        _title(_lead(found)),
        key=(
            key("dot s0", "a change beyond doubt", CIRCLE),
            key("dot s0 missed", "no change shown", CIRCLE),
            key("dot s1", "over all perturbations", CIRCLE),
        ),
        line=Line(0.0, "no change"),
    )


def panel_words(found: Robustness) -> str:
    """Say in words what the drawing shows."""
    return "; ".join(mark.words for mark in _marks(found)) + "."


def _marks(found: Robustness) -> Iterator[RowMark]:
    for one in judged(found, found.lead) if found.lead else []:
        d = one.drop.difference
        if one.row.is_counted:
            is_shown = one.effect in {Effect.DROPS, Effect.GAINS}
            dot = "dot s0" if is_shown else "dot s0 missed"
            yield from _mark(one.row.perturbation, d, dot, f", {one.effect.value}")
    for overall in found.overall:
        d = overall.difference
        if d.quantity.id == found.lead:
            yield from _mark(_ALL[overall.kind], d, "dot s1")


def _mark(name: str, d: Difference, dot: str, effect: str = "") -> Iterator[RowMark]:
    if d.difference is not None:
        yield RowMark(
            name=name,
            value=d.difference,
            low=d.interval.low if d.interval else None,
            high=d.interval.high if d.interval else None,
            dot=dot,
            words=f"{name}: {change_text(d)}{effect}",
        )


def _lead(found: Robustness) -> Quantity:
    return next(
        drop.difference.quantity
        for one in found.disturbed
        for drop in one.drops
        if drop.difference.quantity.id == found.lead
    )


def _title(quantity: Quantity) -> str:
    side = {Direction.HIGHER: "left", Direction.LOWER: "right"}.get(quantity.direction, "")
    title = f"change in {quantity.id}, disturbed {chr(0x2212)} clean"
    return f"{title}; worse to the {side}" if side else title
