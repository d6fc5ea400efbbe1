"""Warms a model up under a load until waves of requests take about the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from harness.core.latency import e2e
from harness.core.load import Load
from harness.core.time_outs import TimeOuts
from harness.core.trace import Trace

FEWEST_WAVES = 3
TOLERANCE = 0.10
"""Of the longest of three waves over the shortest, as NVIDIA's perf_analyzer has it."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How it went."""

    n_requests: int
    waves_s: tuple[float, ...]
    """Mean latency of each wave that was answered."""
    traces: tuple[Trace, ...]
    is_hanging: bool = False
    """Whether it was broken off because one request after the other ran out of time."""

    @property
    def is_stable(self) -> bool:
        """Whether the last three waves lie within a tenth of each other."""
        return is_stable(self.waves_s)


def warm_up(load: Load, n_most_waves: int, wave: Callable[[Load, int], Sequence[Trace]]) -> WarmUp:
    """Send waves of full length, each as wide as the load, until they are stable or unanswered.

    An open loop is warmed up by one request at a time: its own rate might never let it settle.

    Args:
        load: what will be timed.
        n_most_waves: an end for a model that never settles.
        wave: carries out the wave of this number.
    """
    shape = load if load.rate_per_s is None else closed_loop(load)
    times: list[float] = []
    traces: list[Trace] = []
    n_requests = 0
    time_outs = TimeOuts(at_once=shape.concurrency or 1)
    for number in range(n_most_waves):
        own = wave(shape, number)
        n_requests += len(own)
        traces += own
        latencies = [time for time in map(e2e, own) if time is not None]
        if latencies:
            times.append(fmean(latencies))
        for trace in own:
            time_outs.note(None if trace.failure is None else trace.failure.kind)
        if is_stable(times) or time_outs.is_hanging:
            break
    return WarmUp(n_requests, tuple(times), tuple(traces), time_outs.is_hanging)


def closed_loop(load: Load) -> Load:
    """Return the same lengths as one stream."""
    return replace(load, rate_per_s=None, concurrency=1)


def is_stable(waves_s: Sequence[float]) -> bool:
    """Tell whether the last three waves lie within a tenth of each other.

    >>> is_stable([9.0, 1.05, 1.0, 1.08]), is_stable([1.0, 1.0]), is_stable([1.0, 1.0, 1.2])
    (True, False, False)
    """
    last = waves_s[-FEWEST_WAVES:]
    if len(last) < FEWEST_WAVES or min(last) <= 0:
        return False
    return max(last) / min(last) <= 1 + TOLERANCE
