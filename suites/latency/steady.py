"""When a load was steady, and how much of each answer came meanwhile.

When a closed loop has nothing left to send, one answer after the other ends and fewer and fewer
requests are under way: what comes out then is no throughput of the load that was wanted. Nor is
what comes out first, when all have begun at once, and none has waited for as many as later ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from statistics import fmean

from harness.core.load import Load
from harness.core.score import Unscored
from harness.core.trace import Trace
from harness.suites.latency.in_flight import in_flight_when_sent
from harness.suites.latency.view import answered

LEAST_STEADY = 2.0
"""Mean times of an answer for which a load has to be steady. Less holds the ends of so few answers
that their number is chance, and of loops whose answers differ in length leaves a biased choice."""


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """Stretches of a load, in order and apart from each other, in nanoseconds since it began."""

    stretches: tuple[tuple[int, int], ...]

    @property
    def lasted_ns(self) -> int:
        """How long they are in all."""
        return sum(until - since for since, until in self.stretches)

    def share_of(self, trace: Trace) -> float:
        """Return the share of a request's time that lies within, in [0, 1].

        It is by time, and not by when its tokens came, that a request counts: requests that began
        together are all at their prompts at once, and tokens would be missed or counted too often.

        >>> SteadyTime(((0, 50), (90, 99))).share_of(Trace(sent_ns=40, ended_ns=80))
        0.25
        """
        took_ns = trace.ended_ns - trace.sent_ns
        return self.overlap_ns(trace) / took_ns if took_ns else float(bool(self.stretches))

    def overlap_ns(self, trace: Trace) -> int:
        """Return how long a request was under way meanwhile."""
        first = bisect_right(self.stretches, trace.sent_ns, key=itemgetter(1))
        last = bisect_left(self.stretches, trace.ended_ns, key=itemgetter(0))
        return sum(
            min(until, trace.ended_ns) - max(since, trace.sent_ns)
            for since, until in self.stretches[first:last]
        )


def steady_time(load: Load, traces: Sequence[Trace]) -> SteadyTime:
    """Return the time in which a load was what it is called.

    A closed loop of several requests is from when as many have ended as are under way, so that they
    are at all stages of their answers, until one ends and leaves nothing to send. One that was gone
    on with has several such stretches. All other loads are from the first sending to the last end.

    >>> load = Load(n_requests=6, n_input_tokens=1, concurrency=2)
    >>> times = ((0, 3), (0, 4), (3, 7), (4, 8), (7, 10), (8, 14))
    >>> steady_time(load, [Trace(sent_ns=a, ended_ns=b) for a, b in times]).stretches
    ((4, 10),)
    """
    if load.concurrency is None or load.concurrency == 1:
        began = min(trace.sent_ns for trace in traces)
        ended = max(trace.ended_ns for trace in traces)
        return SteadyTime(((began, ended),) if ended > began else ())
    return SteadyTime(tuple(_full_stretches(traces, load.concurrency)))


def too_short(load: Load, steady: SteadyTime, traces: Sequence[Trace]) -> Unscored | None:
    """Say so where a load was steady for too short a time to be counted.

    One that is counted from the first sending to the last end holds whole answers, were it one.
    """
    times = [(trace.ended_ns - trace.sent_ns) / 1e9 for trace in answered(traces)]
    lasted_s = steady.lasted_ns / 1e9
    least_s = LEAST_STEADY * fmean(times) if times and (load.concurrency or 1) > 1 else 0.0
    if lasted_s and lasted_s >= least_s:
        return None
    if not any(times):
        return Unscored("no time went by")
    return Unscored(
        f"the load was steady for {lasted_s:.3g} s, and an answer takes {fmean(times):.3g} s: raise"
        " requests or min_duration_s"
    )


def _full_stretches(traces: Sequence[Trace], concurrency: int) -> Iterator[tuple[int, int]]:
    """Yield for each run of requests when it was steady; a run ends where nothing is under way.

    Runs of just as many as may be under way are waves in step. Of them all but the first are steady
    as a whole, and the sender's delay before each is a part of it.
    """
    before_ns = None
    for run in _runs(sorted(traces, key=lambda trace: trace.sent_ns)):
        ends = sorted(trace.ended_ns for trace in run)
        if len(run) >= concurrency:
            is_wave = len(run) == concurrency
            since = ends[concurrency - 1] if before_ns is None or not is_wave else before_ns
            if since < ends[-concurrency]:
                yield since, ends[-concurrency]
        before_ns = ends[-1]


def _runs(ordered: Sequence[Trace]) -> Iterator[Sequence[Trace]]:
    begins = [place for place, n in enumerate(in_flight_when_sent(ordered)) if n == 0]
    return (ordered[first:last] for first, last in pairwise([*begins, len(ordered)]))
