"""Where the names of points may stand: on no point, on no other name, and inside the drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness.reports.panels.panel import BOTTOM, LEFT, WIDTH, Label

_HEIGHT = 13.0

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """How much room points and names take, and where a name is tried."""

    height: float
    """Of the drawing."""
    character: float
    """Width of a letter."""
    room: float
    """Around a point, where no name may stand."""
    places: Callable[[float, float, float], Sequence[tuple[float, float]]]
    """From a point's x and y and the width of its name to left ends and base lines, the first that
    is free being taken."""


def point_labels(
    dots: Sequence[tuple[float, float]], texts: Sequence[str], lettering: Lettering
) -> Iterator[Label]:
    """Yield a label for each point that has room for one; the others tell their names on hover.

    Args:
        dots: the points, in the units of the drawing.
        texts: their names.
        lettering: what the drawing allows.
    """
    room = lettering.room
    taken: list[Box] = [(x - room, y - room, x + room, y + room) for x, y in dots]
    for (x, y), text in zip(dots, texts, strict=True):
        width = lettering.character * len(text)
        for left, base in lettering.places(x, y, width):
            box = (left, base - _HEIGHT, left + width, base)
            if _is_inside(box, lettering.height) and not any(_overlap(box, one) for one in taken):
                taken.append(box)
                yield Label(x=round(left, 1), y=round(base, 1), text=text, name="point")
                break


def _is_inside(box: Box, height: float) -> bool:
    return box[0] >= LEFT and box[1] >= 0 and box[2] <= WIDTH and box[3] <= height - BOTTOM


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
