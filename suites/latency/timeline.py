"""A few requests of a load, drawn chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.figure import Figure, FigureKind
from harness.core.latency import e2e
from harness.core.trace import Trace
from harness.suites.latency.view import answered

_RANKS = (("fastest", 0.0), ("median", 0.5), ("p90", 0.9), ("slowest", 1.0))


def timeline(load: str, traces: Sequence[Trace]) -> Figure:
    """Return the timeline of chosen requests.

    Args:
        load: its key.
        traces: of one round; at least one answered.
    """
    requests = [_request(label, trace) for label, trace in chosen(traces)]
    data = {"load": load, "requests": requests}
    return Figure(kind=FigureKind.REQUEST_TIMELINE, title="Chosen requests", data=data)


def chosen(traces: Sequence[Trace]) -> Iterator[tuple[str, Trace]]:
    """Yield the first request, those of some ranks by their whole latency, and the first failure.

    Each once, whichever of these it is first.
    """
    good = sorted(answered(traces), key=lambda trace: e2e(trace) or 0.0)
    first = min(traces, key=lambda trace: trace.sent_ns)
    candidates = [("first", first)] if first.failure is None else []
    candidates += [(label, good[round(rank * (len(good) - 1))]) for label, rank in _RANKS if good]
    candidates += [("failed", trace) for trace in traces if trace.failure is not None][:1]
    seen: set[int] = set()
    for label, trace in candidates:
        if id(trace) not in seen:
            seen.add(id(trace))
            yield label, trace


def _request(label: str, trace: Trace) -> dict[str, object]:
    tokens = trace.chunk_tokens
    failure = trace.failure
    return {
        "label": label,
        "due_ms": None if trace.due_ns is None else trace.due_ns / 1e6,
        "sent_ms": trace.sent_ns / 1e6,
        "chunk_ms": [at / 1e6 for at in trace.chunk_ns],
        "chunk_tokens": None if tokens is None else list(tokens),
        "channels": trace.chunk_channels,
        "ended_ms": trace.ended_ns / 1e6,
        "failure": "" if failure is None else f"{failure.kind}: {failure.message}",
    }
