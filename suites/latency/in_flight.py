"""How many requests were under way, counted from their beginnings and ends alone."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.trace import Trace


def mean_in_flight(
    traces: Sequence[Trace], *, since_ns: int | None = None, until_ns: int | None = None
) -> float | None:
    """Return the mean number of requests under way, over time.

    Args:
        traces: of one load.
        since_ns: begin of the time that counts; since the first request was sent when None.
        until_ns: its end; until the last request ended when None.

    Returns:
        None where no time goes by.

    >>> mean_in_flight([Trace(sent_ns=0, ended_ns=4), Trace(sent_ns=2, ended_ns=4)])
    1.5
    """
    begin = min(trace.sent_ns for trace in traces) if since_ns is None else since_ns
    end = max(trace.ended_ns for trace in traces) if until_ns is None else until_ns
    if end <= begin:
        return None
    busy = (max(0, min(trace.ended_ns, end) - max(trace.sent_ns, begin)) for trace in traces)
    return sum(busy) / (end - begin)


def in_flight_when_sent(traces: Sequence[Trace]) -> list[int]:
    """Return how many others were under way when each request was sent, in the order sent.

    >>> in_flight_when_sent([Trace(sent_ns=0, ended_ns=4), Trace(sent_ns=2, ended_ns=4)])
    [0, 1]
    """
    ordered = sorted(traces, key=lambda trace: trace.sent_ns)
    ends = sorted(trace.ended_ns for trace in ordered)
    counts, n_ended = [], 0
    for n_sent, trace in enumerate(ordered):
        while ends[n_ended] <= trace.sent_ns and n_ended < n_sent:
            n_ended += 1
        counts.append(n_sent - n_ended)
    return counts
