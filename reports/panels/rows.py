"""Values with intervals, each in a row of its own with its name before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.reports.panels.panel import (
    BOTTOM,
    RIGHT,
    WIDTH,
    Label,
    Panel,
    Stroke,
    circle,
    clipped,
)
from harness.reports.panels.panel import key as key_of
from harness.reports.panels.scale import Scale, scale_over

_LEFT = 176.0
_TOP = 10.0
_ROW = 21.0
_RADIUS = 4.6
_LONGEST = 32
_SHORT = 22
"""Characters of a name for which there is room to the left; for longer ones it is made."""
_CHARACTER = 7.0
"""Width of one on a narrow page, where letters are larger beside the drawing."""
CIRCLE = circle(12, 7, _RADIUS)
"""Sample of a dot for a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMark:
    """One row."""

    name: str
    value: float
    low: float | None
    high: float | None
    dot: str
    """Classes of the dot."""
    words: str
    reference: float | None = None
    """A value to compare with, drawn as a line across the row."""


@dataclass(frozen=True, slots=True)
class Line:
    """A value to compare all rows with, drawn down all of them."""

    value: float
    words: str


def rows_panel(
    marks: Sequence[RowMark], title: str, key: tuple[Stroke, ...], line: Line | None = None
) -> Panel:
    """Draw the rows on one scale.

    Args:
        marks: one for each row, from above.
        title: of the scale.
        key: what the dots stand for; that of the interval is added.
        line: a value that is on the scale as well.
    """
    height = _TOP + _ROW * len(marks) + BOTTOM
    left = _left(marks)
    ends = [end for mark in marks for end in _ends(mark)]
    ends += [line.value] if line else []
    along = scale_over(ends, start=left, end=WIDTH - RIGHT)
    bottom = height - BOTTOM
    strokes = [
        Stroke(name="grid", path="".join(f"M{x:g} {_TOP:g}V{bottom:g}" for x, _ in along.ticks))
    ]
    if line:
        down = f"M{along.place(line.value):g} {_TOP:g}V{bottom:g}"
        strokes.append(Stroke(name="axis", path=down, words=line.words))
    for number, mark in enumerate(marks):
        strokes += _drawn(mark, along, _place(number))
    return Panel(
        height=height,
        strokes=tuple(strokes),
        labels=(*_names(marks, left), *_scale_labels(along, title, height)),
        key=(*key, key_of("whisker", "interval", "M1 7H23M1 3v8M23 3v8")),
    )


def _drawn(mark: RowMark, along: Scale, y: float) -> Iterator[Stroke]:
    if mark.reference is not None:
        yield Stroke(name="axis", path=f"M{along.place(mark.reference):g} {y - 8:g}v16")
    if mark.low is not None and mark.high is not None:
        low, high = along.place(mark.low), along.place(mark.high)
        yield Stroke(name="whisker", path=f"M{low:g} {y:g}m0 -4v8m0 -4H{high:g}m0 -4v8")
    yield Stroke(name=mark.dot, path=circle(along.place(mark.value), y, _RADIUS), words=mark.words)


def _left(marks: Sequence[RowMark]) -> float:
    """Return where the scale begins, behind the longest name."""
    longest = max((min(len(mark.name), _LONGEST) for mark in marks), default=0)
    return _LEFT + _CHARACTER * max(0, longest - _SHORT)


def _names(marks: Sequence[RowMark], left: float) -> Iterator[Label]:
    for number, mark in enumerate(marks):
        yield Label(
            x=left - 10,
            y=_place(number) + 4,
            text=clipped(mark.name, _LONGEST),
            anchor="end",
            name="name",
        )


def _scale_labels(along: Scale, title: str, height: float) -> Iterator[Label]:
    for x, text in along.ticks:
        yield Label(x=x, y=height - BOTTOM + 15, text=text, anchor="middle")
    text = clipped(title, 72)
    yield Label(x=WIDTH - RIGHT, y=height - 4, text=text, anchor="end", name="title")


def _place(number: int) -> float:
    return _TOP + _ROW * (number + 0.5)


def _ends(mark: RowMark) -> tuple[float, ...]:
    return tuple(
        end for end in (mark.value, mark.low, mark.high, mark.reference) if end is not None
    )
