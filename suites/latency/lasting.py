"""How many requests make a load last as long as it should."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from harness.core.load import Load
from harness.core.trace import Trace

MOST_REQUESTS = 10_000
"""A load lasts no longer than these take, however fast they are answered."""
_MARGIN = 1.1
"""Answers come faster or slower than those before; a load cut short has no energy."""

_LEAST_PART = 20
"""Of the requests so far are sent at least: no end is reached in ever smaller steps."""


def n_lasting(rate_per_s: float, seconds: float) -> int:
    """Return how many requests last that long at a rate, with a margin.

    >>> n_lasting(2.0, 10.0)
    22
    """
    return min(MOST_REQUESTS, math.ceil(_MARGIN * rate_per_s * seconds - 1e-9))


def n_due(load: Load, seconds: float, n_replayed: int) -> int:
    """Return how many requests of an open loop are due, whatever the model makes of them.

    Args:
        load: with a rate.
        seconds: how long it is to last.
        n_replayed: recorded arrivals, of a replay.
    """
    if load.arrivals == "replay":
        return n_replayed
    n_gaps = math.ceil(seconds * (load.rate_per_s or 0.0) - 1e-9)
    return max(load.n_requests, min(MOST_REQUESTS, n_gaps + 1))


def n_missing(traces: Sequence[Trace], seconds: float) -> int:
    """Return how many more a closed loop takes to last that long, by how long these took.

    Args:
        traces: all so far. Nothing is missing where none was answered: the model is not there; nor
            where a user asked for more than ``MOST_REQUESTS``, and has them.
        seconds: how long the load is to last.
    """
    is_answered = any(trace.failure is None for trace in traces)
    left_s = seconds - lasted_ns(traces) / 1e9
    if not is_answered or left_s <= 0:
        return 0
    rate_per_s = len(traces) / max(1, lasted_ns(traces)) * 1e9
    n = max(n_lasting(rate_per_s, left_s), len(traces) // _LEAST_PART)
    return max(0, min(MOST_REQUESTS - len(traces), n))


def lasted_ns(traces: Sequence[Trace]) -> int:
    """Return the nanoseconds from a load's begin until its last answer was whole."""
    return max(trace.ended_ns for trace in traces)


def moved(trace: Trace, by_ns: int) -> Trace:
    """Return a request of a closed loop on the clock of one that began so much earlier."""
    return replace(
        trace,
        sent_ns=trace.sent_ns + by_ns,
        ended_ns=trace.ended_ns + by_ns,
        header_ns=None if trace.header_ns is None else trace.header_ns + by_ns,
        chunk_ns=tuple(at_ns + by_ns for at_ns in trace.chunk_ns),
    )
