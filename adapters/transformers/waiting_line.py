"""How the requests of a load come to a model in this process: as there is room, or when due."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol

from harness.core.arrival import Arrival

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was handed over."""

    at: int
    """Its place among the arrivals."""
    sent_ns: int


class WaitingLine(Protocol):
    """The side of the callers."""

    def take(self, n_under_way: int) -> list[Sent]:
        """Return what was sent and not taken before, while so many others are under way."""
        ...

    def wait(self) -> bool:
        """Wait until there is something to take; False when nothing will come any more."""
        ...

    def close(self) -> None:
        """Send nothing more."""
        ...


def line_of(
    arrivals: Sequence[Arrival], concurrency: int | None, now_ns: Callable[[], int]
) -> WaitingLine:
    """Return the line for a load: open when requests have due times, else closed."""
    if any(arrival.due_ns is not None for arrival in arrivals):
        return OpenLine([arrival.due_ns or 0 for arrival in arrivals], concurrency, now_ns)
    return ClosedLine(len(arrivals), concurrency, now_ns)


class ClosedLine:
    """Sends a request as soon as fewer than the wanted number are under way."""

    def __init__(self, n_requests: int, concurrency: int | None, now_ns: Callable[[], int]) -> None:
        self._n_left = n_requests
        self._n_requests = n_requests
        self._concurrency = concurrency
        self._now_ns = now_ns

    def take(self, n_under_way: int) -> list[Sent]:
        """Send what there is room for."""
        room = self._n_left if self._concurrency is None else self._concurrency - n_under_way
        n_new = max(0, min(room, self._n_left))
        first, now = self._n_requests - self._n_left, self._now_ns()
        self._n_left -= n_new
        return [Sent(at, now) for at in range(first, first + n_new)]

    def wait(self) -> bool:
        """Return whether anything is left to send: it need not be waited for."""
        return self._n_left > 0

    def close(self) -> None:
        """Send nothing more."""
        self._n_left = 0


class OpenLine:
    """Sends each request when it is due, on a thread of its own that no busy model holds up.

    The schedule is absolute: a late request does not move those behind it. Under a bound, a
    request that is due is held back until there is room, and was sent only then.
    """

    def __init__(
        self, due_ns: Sequence[int], concurrency: int | None, now_ns: Callable[[], int]
    ) -> None:
        self._due_ns = due_ns
        self._concurrency = concurrency
        self._now_ns = now_ns
        self._came: SimpleQueue[Sent | None] = SimpleQueue()
        self._waiting: deque[Sent] = deque()
        self._is_over = False
        self._stop = Event()
        self._thread = Thread(target=self._send, name="arrivals", daemon=True)
        self._thread.start()

    def take(self, n_under_way: int) -> list[Sent]:
        """Return what has come, as far as there is room."""
        while not self._came.empty():
            self._receive(self._came.get())
        if self._concurrency is None:
            taken, self._waiting = list(self._waiting), deque()
            return taken
        n_new = max(0, min(self._concurrency - n_under_way, len(self._waiting)))
        now = self._now_ns()
        return [Sent(self._waiting.popleft().at, now) for _ in range(n_new)]

    def wait(self) -> bool:
        """Wait for the next request; False after the last one."""
        if not self._waiting and not self._is_over:
            self._receive(self._came.get())
        return bool(self._waiting)

    def close(self) -> None:
        """Send nothing more, and end the thread."""
        self._stop.set()
        self._thread.join()

    def _receive(self, came: Sent | None) -> None:
        if came is None:
            self._is_over = True
        else:
            self._waiting.append(came)

    def _send(self) -> None:
        for at, due in enumerate(self._due_ns):
            while (left := due - self._now_ns()) > 0:
                if self._stop.wait(left / _NS_PER_S):
                    return
            self._came.put(Sent(at, self._now_ns()))
        self._came.put(None)
