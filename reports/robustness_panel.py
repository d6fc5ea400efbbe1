"""What each perturbation costs: a dot and its interval in a row of its own, beside a line at 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.comparison import Difference
from harness.core.robustness import Robustness
from harness.core.score import Direction
from harness.reports.panels.panel import (
    BOTTOM,
    RIGHT,
    WIDTH,
    Label,
    Panel,
    Stroke,
    circle,
    clipped,
    key,
)
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.robustness_words import Effect, change_text, judged

_LEFT = 164.0
_TOP = 10.0
_ROW = 23.0
_RADIUS = 5.0
_LONGEST = 25
_ALL = {"worst": "worst of each sample", "mean": "mean of all"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    name: str
    difference: Difference
    dot: str
    """Its classes."""
    words: str


def robustness_panel(found: Robustness) -> Panel | None:
    """Draw the changes of the quantity that leads; None where nothing is known of it."""
    marks = list(_marks(found))
    if not marks:
        return None
    height = _TOP + _ROW * len(marks) + BOTTOM
    ends = [end for mark in marks for end in _ends(mark.difference)]
    along = scale_over([*ends, 0.0], start=_LEFT, end=WIDTH - RIGHT)
    bottom = height - BOTTOM
    strokes = [
        Stroke(name="grid", path="".join(f"M{x:g} {_TOP:g}V{bottom:g}" for x, _ in along.ticks)),
        Stroke(name="axis", path=f"M{along.place(0.0):g} {_TOP:g}V{bottom:g}", words="no change"),
    ]
    for number, mark in enumerate(marks):
        strokes += _drawn(mark, along, _place(number))
    return Panel(
        height=height,
        strokes=tuple(strokes),
        labels=(*_names(marks), *_scale_labels(marks[0].difference, along, height)),
        key=(
            key("dot s0", "a change beyond doubt", circle(12, 7, _RADIUS)),
            key("dot s0 missed", "no change shown", circle(12, 7, _RADIUS)),
            key("dot s1", "over all perturbations", circle(12, 7, _RADIUS)),
            key("whisker", "interval", "M1 7H23M1 3v8M23 3v8"),
        ),
    )


def panel_words(found: Robustness) -> str:
    """Say in words what the drawing shows."""
    return "; ".join(mark.words for mark in _marks(found)) + "."


def _marks(found: Robustness) -> Iterator[_Mark]:
    for one in judged(found, found.lead) if found.lead else []:
        d = one.drop.difference
        if d.difference is not None and one.row.is_counted:
            is_shown = one.effect in {Effect.DROPS, Effect.GAINS}
            yield _Mark(
                name=one.row.perturbation,
                difference=d,
                dot="dot s0" if is_shown else "dot s0 missed",
                words=f"{one.row.perturbation}: {change_text(d)}, {one.effect.value}",
            )
    for overall in found.overall:
        d = overall.difference
        if d.quantity.id == found.lead and d.difference is not None:
            name = _ALL[overall.kind]
            yield _Mark(name=name, difference=d, dot="dot s1", words=f"{name}: {change_text(d)}")


def _drawn(mark: _Mark, along: Scale, y: float) -> Iterator[Stroke]:
    d = mark.difference
    if d.interval is not None:
        low, high = along.place(d.interval.low), along.place(d.interval.high)
        yield Stroke(name="whisker", path=f"M{low:g} {y:g}m0 -4v8m0 -4H{high:g}m0 -4v8")
    x = along.place(d.difference or 0.0)
    yield Stroke(name=mark.dot, path=circle(x, y, _RADIUS), words=mark.words)


def _names(marks: Sequence[_Mark]) -> Iterator[Label]:
    for number, mark in enumerate(marks):
        yield Label(
            x=_LEFT - 10,
            y=_place(number) + 4,
            text=clipped(mark.name, _LONGEST),
            anchor="end",
            name="name",
        )


def _scale_labels(d: Difference, along: Scale, height: float) -> Iterator[Label]:
    for x, text in along.ticks:
        yield Label(x=x, y=height - BOTTOM + 15, text=text, anchor="middle")
    side = {Direction.HIGHER: "left", Direction.LOWER: "right"}.get(d.quantity.direction, "")
    title = f"change in {d.quantity.id}, disturbed {chr(0x2212)} clean"
    text = clipped(f"{title}; worse to the {side}" if side else title, 60)
    yield Label(x=WIDTH - RIGHT, y=height - 4, text=text, anchor="end", name="title")


def _place(number: int) -> float:
    return _TOP + _ROW * (number + 0.5)


def _ends(d: Difference) -> tuple[float, ...]:
    value = () if d.difference is None else (d.difference,)
    return value if d.interval is None else (*value, d.interval.low, d.interval.high)
