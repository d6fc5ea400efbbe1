"""A drawing as strokes and labels: all that a template needs to know to write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

WIDTH = 480.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 16.0, 30.0, 40.0
N_HUES = 6
KEY_WIDTH, KEY_HEIGHT = 24.0, 14.0
AREA = "M2 2H22V12H2Z"
"""Sample of an area for a key."""
_LINE = "M1 7H23"
_ABOVE_AXIS = 12.0
_MAX_LABEL = 40

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One path."""

    name: str
    """Classes for the style sheet, which holds colours and dashes."""
    path: str
    words: str = ""
    """What is said of it on hover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One short text."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A drawing, and the key to its strokes."""

    height: float
    strokes: tuple[Stroke, ...]
    labels: tuple[Label, ...]
    key: tuple[Stroke, ...] = ()
    """What strokes stand for, each with a sample of ``KEY_WIDTH`` by ``KEY_HEIGHT``."""
    width: float = WIDTH


def key(name: str, words: str, path: str = _LINE) -> Stroke:
    """Return an entry of a key: a sample of a stroke, and what it stands for."""
    return Stroke(name=name, path=path, words=words)


def series_name(number: int) -> str:
    """Return the classes of one of several lines: its colour, and dashes that tell it without.

    >>> series_name(0), series_name(7)
    ('s0 d0', 's1 d2')
    """
    return f"s{number % N_HUES} d{(number + number // N_HUES) % N_HUES}"


def clipped(text: str, length: int = _MAX_LABEL) -> str:
    """Return a text that is no longer than a drawing has room for."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def told_apart(loads: Sequence[str]) -> list[str]:
    """Return the names of loads without the parts that all of them have.

    >>> told_apart(["c=1,in=128,out=64", "c=4,in=128,out=64"])
    ['c=1', 'c=4']
    """
    parts = [load.split(",") for load in loads]
    shared = set.intersection(*map(set, parts)) if len(parts) > 1 else set()
    return [",".join(p for p in mine if p not in shared) or load
            for mine, load in zip(parts, loads, strict=True)]  # fmt: skip


def circle(x: float, y: float, radius: float) -> str:
    """Return a circle as a path."""
    r = f"{radius:g}"
    return f"M{x - radius:g} {y:g}a{r} {r} 0 1 0 {2 * radius:g} 0a{r} {r} 0 1 0 {-2 * radius:g} 0Z"


def axis_titles(x_title: str, y_title: str, height: float) -> list[Label]:
    """Return the titles of both axes, that of the upward one written across, above it."""
    return [
        Label(x=4, y=_ABOVE_AXIS, text=clipped(y_title, 60), name="title"),
        Label(x=WIDTH - RIGHT, y=height - 4, text=clipped(x_title, 60), anchor="end", name="title"),
    ]


def grid(
    along: Sequence[tuple[float, str]], upward: Sequence[tuple[float, str]], height: float
) -> tuple[Stroke, list[Label]]:
    """Return the lines of a grid, and the values at its edge.

    Args:
        along: place from the left and text of each line that runs upward.
        upward: place from above and text of each line that runs along.
        height: of the drawing.
    """
    right, bottom = WIDTH - RIGHT, height - BOTTOM
    lines = [f"M{LEFT:g} {y:g}H{right:g}" for y, _ in upward]
    lines += [f"M{x:g} {TOP:g}V{bottom:g}" for x, _ in along]
    labels = [Label(x=LEFT - 6, y=y + 4, text=text, anchor="end") for y, text in upward]
    labels += [Label(x=x, y=bottom + 15, text=text, anchor="middle") for x, text in along]
    return Stroke(name="grid", path="".join(lines)), labels
