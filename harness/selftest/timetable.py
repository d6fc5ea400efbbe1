"""Calls things at their times: one timer of the event loop for thousands of appointments.

A timer of asyncio for each frame costs a third of a frame's sending, mostly in comparing timers
with each other; tuples of numbers are compared far faster.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from time import perf_counter_ns


class Timetable:
    """Appointments by the clock ``perf_counter_ns``; needs a running event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._numbers = count()
        self._entries: list[tuple[int, int, Callable[[], int | None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ns = 0

    def add(self, due_ns: int, call: Callable[[], int | None]) -> None:
        """Call at that time, and again at each time that it returns, until it returns None."""
        heappush(self._entries, (due_ns, next(self._numbers), call))
        self._set_timer()

    def _set_timer(self) -> None:
        due_ns = self._entries[0][0]
        if self._timer is not None:
            if self._timer_ns <= due_ns:
                return
            self._timer.cancel()
        self._timer_ns = due_ns
        wait_s = max(0, due_ns - perf_counter_ns()) / 1e9
        self._timer = self._loop.call_later(wait_s, self._run_due)

    def _run_due(self) -> None:
        self._timer = None
        entries = self._entries
        now_ns = perf_counter_ns()  # once: what falls due meanwhile must not keep the loop busy
        while entries and entries[0][0] <= now_ns:
            _, number, call = heappop(entries)
            again_ns = call()
            if again_ns is not None:
                heappush(entries, (again_ns, number, call))
        if entries:
            self._set_timer()
