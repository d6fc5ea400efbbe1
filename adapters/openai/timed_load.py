"""Carries out one load: sends each request when it is due, and keeps what comes back."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns

from harness.adapters.openai.connection_pool import Address, ConnectionPool, ServerHabits
from harness.adapters.openai.wire_record import WireRecord
from harness.core.response import FailureKind
from harness.core.time_outs import TimeOuts

_N_AHEAD = 4
"""Times as many connections as are spared are opened before an open loop begins."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One request, ready to go."""

    data: bytes
    due_ns: int | None


class TimedLoad:
    """Every request is due at a fixed moment after the load's beginning, or when there is room.

    The schedule is absolute: a late one makes no other late, and none is left out. Between
    events it sleeps and does not spin, since a processor that it kept busy might be the model's.
    A closed loop is broken off while the server hangs, and goes on where an answer comes after all.
    """

    def __init__(
        self,
        address: Address,
        habits: ServerHabits,
        sendings: Sequence[Sending],
        *,
        concurrency: int | None,
        n_spare: int,
        timeout_s: float,
    ) -> None:
        self.began_ns = 0
        self.records = [WireRecord(sending.data, self._ended) for sending in sendings]
        self._sendings = sendings
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._n_ahead = concurrency or _N_AHEAD * n_spare
        self._pool = ConnectionPool(
            address, habits, most=concurrency, n_spare=n_spare, timeout_s=timeout_s
        )
        self._time_outs_seen = TimeOuts(at_once=concurrency or 1)
        self._n_begun = 0
        self._n_ended = 0
        self._time_outs: dict[WireRecord, asyncio.TimerHandle] = {}
        self._wake_up: asyncio.TimerHandle | None = None
        self._all_ended = asyncio.Event()

    @property
    def sent(self) -> Sequence[WireRecord]:
        """Those that were sent; of a closed loop that was broken off not all."""
        return self.records[: self._n_begun]

    async def run(self) -> None:
        """Return when every record has ended, or the last one that was sent before a hang."""
        if not self.records:
            return
        try:
            await self._pool.open(min(self._n_ahead, len(self.records)))
            with _without_collector():
                self.began_ns = perf_counter_ns()
                self._advance()
                await self._all_ended.wait()
        finally:
            if self._wake_up is not None:
                self._wake_up.cancel()
            for handle in self._time_outs.values():
                handle.cancel()
            await self._pool.close()

    def _advance(self) -> None:
        """Send all that may be sent by now, and come back when the next one is due."""
        while self._n_begun < len(self.records) and self._has_room:
            due_ns = self._sendings[self._n_begun].due_ns
            if due_ns is not None:
                early_ns = self.began_ns + due_ns - perf_counter_ns()
                if early_ns > 0:
                    self._come_back(early_ns)
                    return
            record = self.records[self._n_begun]
            self._n_begun += 1
            loop = asyncio.get_running_loop()
            self._time_outs[record] = loop.call_later(self._timeout_s, self._expire, record)
            self._pool.send(record)

    @property
    def _has_room(self) -> bool:
        n_under_way = self._n_begun - self._n_ended
        if self._concurrency is None:
            return True
        return n_under_way < self._concurrency and not self._time_outs_seen.is_hanging

    def _come_back(self, after_ns: int) -> None:
        if self._wake_up is not None:
            self._wake_up.cancel()
        loop = asyncio.get_running_loop()
        self._wake_up = loop.call_later(after_ns / 1e9, self._advance)

    def _expire(self, record: WireRecord) -> None:
        now_ns = perf_counter_ns()
        record.sent_ns = record.sent_ns or now_ns
        message = f"no full answer within {self._timeout_s:g} s"
        record.fail(now_ns, FailureKind.TIMEOUT, message)
        if record.abort is not None:
            record.abort()

    def _ended(self, record: WireRecord) -> None:
        self._n_ended += 1
        self._time_outs.pop(record).cancel()
        self._time_outs_seen.note(record.problem[0] if record.problem else None)
        if self._n_ended == len(self.records):
            self._all_ended.set()
        elif self._concurrency is not None:
            self._advance()
            if self._time_outs_seen.is_hanging and self._n_ended == self._n_begun:
                self._all_ended.set()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the cyclic garbage collector away: a pause of 50 ms would look like the model's."""
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
