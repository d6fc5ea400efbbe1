"""One connection of a load generator.

httpx answers ``respond()``, where ease counts. On the machine of the benchmarks it takes 11 ms of
CPU for a streamed answer of 40 chunks: a hundred answers per second and nothing to spare, and a
clock behind such a client measures the client. Here a chunk costs one system call, one stamp and
a look at its framing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter_ns
from typing import cast

from harness.adapters.openai.wire_record import WireRecord


class Connection(asyncio.Protocol):
    """Carries one exchange at a time."""

    def __init__(
        self,
        at_free: Callable[[Connection], None],
        at_loss: Callable[[Connection], None],
        at_unread: Callable[[WireRecord], None],
    ) -> None:
        self.idle_since_ns = 0
        self.has_answered = False
        self._at_free = at_free
        self._at_loss = at_loss
        self._at_unread = at_unread
        self._has_heard = False
        self._record: WireRecord | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what bytes are written to."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, record: WireRecord) -> None:
        """Send a request; the record is told of everything that happens to it."""
        self._record = record
        record.abort = self.close
        self._has_heard = False
        record.sent_ns = perf_counter_ns()
        if self._transport is None:
            record.lose_connection(record.sent_ns, "the connection was lost before it was used")
            return
        self._transport.write(record.request)

    def data_received(self, data: bytes) -> None:
        """Stamp the bytes, and hand them on."""
        at_ns = perf_counter_ns()  # before anything is done with them
        record = self._record
        if record is None:  # nobody asked
            self.close()
            return
        self._has_heard = True
        record.receive(at_ns, data)
        if record.ended_ns and self._record is record:
            self._record = None
            self.has_answered = True
            if record.problem is None and record.answer.keeps_connection:
                self._at_free(self)
            else:
                self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the record and the pool."""
        at_ns = perf_counter_ns()
        self._transport = None
        record, self._record = self._record, None
        if record is not None and self.has_answered and not self._has_heard:
            self._at_unread(record)
        elif record is not None:
            record.lose_connection(at_ns, f"{type(exc).__name__}: {exc}" if exc else "")
        self._at_loss(self)

    def close(self) -> None:
        """End the connection at once; an exchange under way is lost."""
        if self._transport is not None:
            self._transport.abort()
