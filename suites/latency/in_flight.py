"""How many requests were under way, counted from their beginnings and ends alone."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.trace import Trace


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
