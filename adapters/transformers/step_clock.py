"""When the steps of a model were done, without waiting for the device at each of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from time import perf_counter_ns
from typing import Any, Protocol

import torch

_NS_PER_MS = 1_000_000


class StepClock(Protocol):
    """Nanoseconds since a load began, of the host and of the device's own line of work."""

    def now_ns(self) -> int:
        """Return the host's time."""
        ...

    def mark(self) -> int:
        """Note the end of all that the device was given so far; return the mark's number."""
        ...

    def moments_ns(self) -> list[int]:
        """Return when each mark was reached; waits until the device has done its work."""
        ...


class HostClock:
    """For the CPU, which is done when a call returns, and for devices that have to be waited for.

    Args:
        synchronise: waits for the device; None for the CPU.
        read: the clock.
    """

    def __init__(
        self,
        synchronise: Callable[[], object] | None = None,
        read: Callable[[], int] = perf_counter_ns,
    ) -> None:
        self._synchronise = synchronise
        self._read = read
        self._marks: list[int] = []
        self._start = read()

    def now_ns(self) -> int:
        """Return the host's time."""
        return self._read() - self._start

    def mark(self) -> int:
        """Note the time, once the device is done."""
        if self._synchronise is not None:
            self._synchronise()
        self._marks.append(self._read())
        return len(self._marks) - 1

    def moments_ns(self) -> list[int]:
        """Return the times noted."""
        return [at - self._start for at in self._marks]


class EventClock:
    """For CUDA: events that the device records as it reaches them, and one wait at the end.

    The device's times are put on the host's clock by two anchors, an event each at the beginning
    and at the end, both given to a device that had nothing to do. Times between events are added
    up, since a single difference is a float32 and loses its microseconds within a minute.

    Args:
        new_event: makes an event with ``record()`` and ``elapsed_time(later)``, in milliseconds.
        synchronise: waits for the device.
        read: the host's clock.
    """

    def __init__(
        self,
        new_event: Callable[[], Any],
        synchronise: Callable[[], object],
        read: Callable[[], int] = perf_counter_ns,
    ) -> None:
        self._new_event = new_event
        self._synchronise = synchronise
        self._read = read
        self._events: list[Any] = []
        self._start = self._anchor()

    def now_ns(self) -> int:
        """Return the host's time."""
        return self._read() - self._start

    def mark(self) -> int:
        """Give the device an event."""
        event = self._new_event()
        event.record()
        self._events.append(event)
        return len(self._events) - 2  # the first is the anchor

    def moments_ns(self) -> list[int]:
        """Wait for the device, and return when it came to each event."""
        end = self._anchor() - self._start
        gaps = [one.elapsed_time(other) * _NS_PER_MS for one, other in pairwise(self._events)]
        *moments, total = accumulate(gaps)
        self._events.pop()
        # The two clocks run apart by some millionths.
        return [round(moment * end / total) for moment in moments]

    def _anchor(self) -> int:
        self._synchronise()
        event = self._new_event()
        event.record()
        self._events.append(event)
        return self._read()


def clock_of(device: str) -> StepClock:
    """Return a clock that starts now, for a device of torch."""
    kind = torch.device(device).type
    if kind == "cpu":
        return HostClock()
    module = getattr(torch, kind)
    if kind == "cuda":
        with torch.cuda.device(device):
            return EventClock(lambda: torch.cuda.Event(enable_timing=True), module.synchronize)
    return HostClock(module.synchronize)
