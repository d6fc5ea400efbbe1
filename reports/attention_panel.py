"""Where tokens look: a square for each two of them, its area the attention that one pays the other.

Size tells it, and no shade of a colour: it reads the same in print and on any screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from harness.core.attention import AttentionMap, MappedTokens
from harness.reports.number_format import format_count, format_number
from harness.reports.panels.panel import Label, Panel, Stroke, clipped
from harness.reports.visible_text import one_line

MAX_TOKENS = 20
"""Shown of each map: a square more than that is a speck."""
_LEFT = 104.0
_TOP = 22.0
_CELL = 18.0
_LEAST = 0.02
"""Of the largest: what is less has no square."""
_LONGEST = 12
_MOST_NAMED = 4


def attention_panel(found: MappedTokens) -> Panel | None:
    """Draw the map that tells of all layers, or of the last one; None where there is nothing."""
    chosen = shown_map(found)
    n = min(len(found.tokens), MAX_TOKENS)
    if chosen is None or not n:
        return None
    size = n * _CELL
    top = max((value for row in chosen.rows[:n] for value in row[:n]), default=0.0)
    return Panel(
        width=_LEFT + MAX_TOKENS * _CELL + 8,
        height=_TOP + size + 6,
        strokes=(
            Stroke(name="grid", path=_frame(n)),
            Stroke(name="attention", path="".join(_squares(chosen, n, top))),
        ),
        labels=tuple(_names(found.tokens[:n])),
    )


def attention_words(found: MappedTokens) -> str:
    """Say which map it is, and which tokens look most at which others."""
    chosen = shown_map(found)
    if chosen is None:
        return ""
    n = min(len(found.tokens), MAX_TOKENS)
    pairs = sorted(
        ((chosen.rows[i][j], i, j) for i in range(n) for j in range(n) if i != j), reverse=True
    )
    told = "; ".join(
        f"{i + 1} “{_name(found.tokens[i])}” at {j + 1} “{_name(found.tokens[j])}” "
        f"{format_number(value, digits=2)}"
        for value, i, j in pairs[:_MOST_NAMED]
    )
    n_more = len(found.tokens) - n + found.n_left_out
    more = f" {format_count(n_more)} more tokens are not drawn." if n_more else ""
    which = "rollout through all layers" if chosen.layer is None else f"layer {chosen.layer}"
    return f"Attention, {which}: each row looks at the columns. Most: {told}.{more}"


def shown_map(found: MappedTokens) -> AttentionMap | None:
    """Return the map of all layers together, or of the last one; None without any."""
    whole = next((one for one in found.maps if one.layer is None), None)
    return whole or max(found.maps, key=lambda one: one.layer or 0, default=None)


def _squares(chosen: AttentionMap, n: int, top: float) -> Iterator[str]:
    for i, row in enumerate(chosen.rows[:n]):
        for j, value in enumerate(row[:n]):
            if top and value >= _LEAST * top:
                side = (_CELL - 2) * sqrt(value / top)
                x = _LEFT + (j + 0.5) * _CELL - side / 2
                y = _TOP + (i + 0.5) * _CELL - side / 2
                yield f"M{x:.1f} {y:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z"


def _frame(n: int) -> str:
    right, bottom = _LEFT + n * _CELL, _TOP + n * _CELL
    lines = [f"M{_LEFT:g} {_TOP + i * _CELL:g}H{right:g}" for i in range(n + 1)]
    return "".join([*lines, *(f"M{_LEFT + i * _CELL:g} {_TOP:g}V{bottom:g}" for i in range(n + 1))])


def _names(tokens: Sequence[str]) -> Iterator[Label]:
    for i, token in enumerate(tokens):
        middle = (i + 0.5) * _CELL
        name = f"{clipped(_name(token), _LONGEST)} {i + 1}"
        yield Label(x=_LEFT - 6, y=_TOP + middle + 4, text=name, anchor="end", name="name")
        yield Label(x=_LEFT + middle, y=_TOP - 6, text=str(i + 1), anchor="middle")


def _name(token: str) -> str:
    return one_line(token) or "␣"
