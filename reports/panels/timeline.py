"""A few requests as lanes: waiting to be sent, the prompt, then every chunk of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, TypeAlias

from harness.core.trace import CONTENT, NOTHING, REASONING, TOOL_CALL
from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.panels.panel import (
    AREA,
    BOTTOM,
    RIGHT,
    WIDTH,
    Label,
    Panel,
    Stroke,
    clipped,
    key,
)
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]
Request: TypeAlias = Mapping[str, Any]

_START = 8.0
_TOP = 6.0
_LANE = 46.0
_MIDDLE = 31.0
"""Of a lane's line, from the lane's top; its label stands above."""
_STALL = 5.0
"""A gap so many times the request's median gap is a stall, if it is also worth seeing:"""
_STALL_SHARE = 0.03
"""of what the whole request took."""
_MOST_STALLS = 3
_CUT = 2.5
"""A failure that lasted so many times the longest answer is cut off, for the answers' sake."""
_STEP = 0.5
"""Chunks nearer than this, in units of the drawing, are one mark."""
_KEY = (
    key("queue", "due, not yet sent"),
    key("prefill", "sent, no token yet", AREA),
    key("chunk", "chunk of one token", "M12 3v8"),
    key("chunk many", "of several tokens", "M12 0v14"),
    key("chunk uncounted", "chunk, tokens not counted", "M12 3v8"),
    key("chunk reasoning", "reasoning", "M12 2l3 5l-3 5l-3 -5Z"),
    key("chunk tool", "tool call", "M9 2h6v10h-6Z"),
    key("chunk nothing", "frame without a token", "M12 7v5"),
    key("stall", "stall"),
    key("failed", "failed", "M7 2l10 10m0 -10l-10 10"),
)
_CHANNELS = {
    CONTENT: "chunk",
    REASONING: "chunk reasoning",
    TOOL_CALL: "chunk tool",
    NOTHING: "chunk nothing",
}


def timeline_panel(data: Data) -> Panel:
    """Draw the lanes, each from its own start."""
    requests = data["requests"]
    along = _scale(requests)
    height = _TOP + _LANE * len(requests) + BOTTOM - 4
    bottom = height - BOTTOM
    strokes = [
        Stroke(name="grid", path="".join(f"M{x:g} {_TOP:g}V{bottom:g}" for x, _ in along.ticks))
    ]
    labels = [Label(x=x, y=bottom + 15, text=text, anchor="middle") for x, text in along.ticks]
    for number, request in enumerate(requests):
        top = _TOP + _LANE * number
        strokes += _lane(request, along, top + _MIDDLE)
        labels.append(Label(x=_START, y=top + 14, text=clipped(_heading(request), 56), name="name"))
    labels.append(
        Label(x=WIDTH - RIGHT, y=height - 4, text="ms since it was due, or sent", anchor="end",
              name="title")
    )  # fmt: skip
    seen = {stroke.name for stroke in strokes}
    return Panel(
        height=height,
        strokes=tuple(strokes),
        labels=tuple(labels),
        key=tuple(entry for entry in _KEY if entry.name in seen),
    )


def timeline_words(data: Data) -> str:
    """Say how many requests there are, the worst gap, and what failed."""
    requests = data["requests"]
    if not requests:
        return "No request was kept."
    n_failed = sum(bool(request["failure"]) for request in requests)
    text = f"{format_count(len(requests))} requests at {data['load']}, each from its own start"
    worst = max(requests, key=_longest_gap)
    if _longest_gap(worst) > 0:
        gap = format_number(_longest_gap(worst), digits=3)
        text += f"; the longest gap between two chunks is {gap} ms, in {worst['label']}"
    if n_failed:
        text += f"; {format_count(n_failed)} failed"
    return f"{text}."


def timeline_table(data: Data) -> Table:
    """Return when each phase of each request ended."""
    rows = [
        (
            request["label"],
            *(_milliseconds(value) for value in _phases(request)),
            Cell(format_count(len(request["chunk_ms"])), order=len(request["chunk_ms"])),
            ABSENT
            if request["chunk_tokens"] is None
            else format_count(sum(request["chunk_tokens"])),
            request["failure"] or "",
        )
        for request in data["requests"]
    ]
    heads = (
        "Waited to be sent, ms",
        "First token, ms",
        "Longest gap, ms",
        "Ended, ms",
        "Chunks",
        "Tokens",
    )
    columns = (
        Column(title="Request"),
        *(Column(title=head, is_number=True) for head in heads),
        Column(title="Failure"),
    )
    return text_table(f"Requests at {data['load']}, times since each was sent", columns, rows)


def _scale(requests: Sequence[Request]) -> Scale:
    whole = [
        request["ended_ms"] - _begin(request) for request in requests if not request["failure"]
    ]
    failed = [request["ended_ms"] - _begin(request) for request in requests if request["failure"]]
    longest = max(whole, default=max(failed, default=1.0))
    shown = [*whole, *(time for time in failed if time <= _CUT * longest), longest]
    end = WIDTH - RIGHT
    scale = scale_over([0.0, *shown], start=_START, end=end)
    return Scale(low=0.0, high=scale.high, start=_START, end=end, is_log=False, ticks=scale.ticks)


def _lane(request: Request, along: Scale, y: float) -> list[Stroke]:
    begin = _begin(request)

    def place(time: float) -> float:
        return along.place(time - begin)

    sent, ended = place(request["sent_ms"]), place(request["ended_ms"])
    first = _first_token(request)
    strokes = []
    if sent > along.start:
        words = f"waited {format_number(request['sent_ms'] - begin, digits=3)} ms to be sent"
        strokes.append(Stroke(name="queue", path=f"M{along.start:g} {y:g}H{sent:g}", words=words))
    until = ended if first is None else place(first)
    time = (request["ended_ms"] if first is None else first) - request["sent_ms"]
    strokes.append(
        Stroke(name="prefill", path=f"M{sent:g} {y - 5:g}H{until:g}v10H{sent:g}Z",
               words=f"{format_number(time, digits=3)} ms from sending to "
               f"{'the end, without a token' if first is None else 'the first token'}")
    )  # fmt: skip
    if first is not None:
        strokes.append(Stroke(name="lane", path=f"M{until:g} {y:g}H{ended:g}"))
    strokes += _stalls(request, place, y)
    strokes += _chunks(request, place, y)
    if request["failure"]:
        at = min(ended, along.end - 6)
        cross = f"M{at - 5:g} {y - 5:g}l10 10m0 -10l-10 10"
        is_cut = request["ended_ms"] - begin > along.high
        words = f"failed after {format_number(request['ended_ms'] - begin, digits=3)} ms"
        text = f"{words}{', beyond the drawing' if is_cut else ''}: {request['failure']}"
        strokes.append(Stroke(name="failed", path=cross, words=text))
    return strokes


def _chunks(request: Request, place: Any, y: float) -> list[Stroke]:
    """Return one stroke for each kind of chunk; its marks are thinned to what can be seen."""
    marks: dict[str, dict[float, str]] = {}
    counts = request["chunk_tokens"] or [None] * len(request["chunk_ms"])
    for time, channel, n in zip(request["chunk_ms"], request["channels"], counts, strict=True):
        x = round(place(time) / _STEP) * _STEP
        name = _CHANNELS.get(channel, "chunk nothing")
        if name == "chunk":
            name = "chunk uncounted" if n is None else "chunk many" if n > 1 else "chunk"
        marks.setdefault(name, {})[x] = _mark(name, x, y, is_tall=n is not None and n > 1)
    return [Stroke(name=name, path="".join(found.values())) for name, found in marks.items()]


def _mark(name: str, x: float, y: float, *, is_tall: bool) -> str:
    half = 9.0 if is_tall else 5.0
    if name == "chunk reasoning":
        return f"M{x:g} {y - half:g}l2.5 {half:g}l-2.5 {half:g}l-2.5 {-half:g}Z"
    if name == "chunk tool":
        return f"M{x - 2.5:g} {y - half:g}h5v{2 * half:g}h-5Z"
    if name == "chunk nothing":
        return f"M{x:g} {y + 2:g}v4"
    return f"M{x:g} {y - half:g}v{2 * half:g}"


def _stalls(request: Request, place: Any, y: float) -> list[Stroke]:
    gaps = [(after - before, before, after) for before, after in pairwise(_token_times(request))]
    if not gaps:
        return []
    usual = median(gap for gap, _, _ in gaps)
    least = max(_STALL * usual, _STALL_SHARE * (request["ended_ms"] - request["sent_ms"]))
    worst = sorted((gap for gap in gaps if gap[0] > least), reverse=True)[:_MOST_STALLS]
    return [
        Stroke(name="stall", path=f"M{place(before):g} {y:g}H{place(after):g}",
               words=f"stall of {format_number(gap, digits=3)} ms; "
               f"the usual gap is {format_number(usual, digits=3)} ms")
        for gap, before, after in worst
    ]  # fmt: skip


def _heading(request: Request) -> str:
    if request["failure"]:
        return f"✕ {request['label']}: {request['failure']}"
    time = format_number(request["ended_ms"] - request["sent_ms"], digits=3)
    n = request["chunk_tokens"]
    size = f"{len(request['chunk_ms'])} chunks" if n is None else f"{format_count(sum(n))} tokens"
    return f"{request['label']}: {time} ms, {size}"


def _begin(request: Request) -> float:
    return float(request["sent_ms"] if request["due_ms"] is None else request["due_ms"])


def _token_times(request: Request) -> list[float]:
    pairs = zip(request["chunk_ms"], request["channels"], strict=True)
    return [time for time, channel in pairs if channel != NOTHING]


def _first_token(request: Request) -> float | None:
    return next(iter(_token_times(request)), None)


def _longest_gap(request: Request) -> float:
    return max((after - before for before, after in pairwise(_token_times(request))), default=0.0)


def _phases(request: Request) -> tuple[float | None, ...]:
    """Return the wait, the time to the first token, the longest gap, and the whole."""
    sent, first, gap = request["sent_ms"], _first_token(request), _longest_gap(request)
    return (
        None if request["due_ms"] is None else sent - request["due_ms"],
        None if first is None else first - sent,
        gap or None,
        request["ended_ms"] - sent,
    )


def _milliseconds(value: float | None) -> Cell:
    return Cell(format_number(value), order=value)
