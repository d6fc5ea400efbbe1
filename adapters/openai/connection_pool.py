"""Connections to one server, opened ahead so that no timed request has to wait for one."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from time import perf_counter_ns

from harness.adapters.openai.connection import Connection
from harness.adapters.openai.wire_record import WireRecord
from harness.core.response import FailureKind

_LONGEST_IDLE_NS = 3_000_000_000
"""Shorter than the 5 s after which common servers (uvicorn, node) close an idle connection: a
request that meets the closing would be lost through no fault of the model."""
_SHORT_IDLE_NS = 1_000_000_000
_CHECK_S = 1.0
_TRIAL_S = 0.05
"""How long a connection is left alone after its answer, until one server connection has outlived
that. llama.cpp's server ends each connection after a stream, though it promises to keep it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens."""

    host: str
    port: int
    tls: ssl.SSLContext | None


@dataclass(slots=True)
class ServerHabits:
    """What has been learnt of a server; kept from load to load."""

    keeps_connections: bool | None = None
    """Whether it leaves connections open after an answer; None until it is seen."""


class ConnectionPool:
    """Hands requests to free connections, the one that has been free longest first.

    A server with a thread for each connection may not have looked at the newest ones yet.
    """

    def __init__(
        self,
        address: Address,
        habits: ServerHabits,
        *,
        most: int | None,
        n_spare: int,
        timeout_s: float,
    ) -> None:
        """Store the settings; nothing is opened yet.

        Args:
            address: the server.
            habits: what is known of it; more is learnt here.
            most: connections that are ever in use at once; None without a bound.
            n_spare: connections to hold ready beyond those in use, at least.
            timeout_s: for opening one, in seconds.
        """
        self._address = address
        self._most = most
        self._n_spare = n_spare
        self._timeout_s = timeout_s
        self._habits = habits
        self._on_trial: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        self._waiting: deque[WireRecord] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._check: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def open(self, n_ahead: int) -> None:
        """Open that many; those that cannot be opened are tried again when they are needed."""
        for _ in range(n_ahead):
            self._open_another()
        if self._opening:
            await asyncio.wait(tuple(self._opening))
        self._check = asyncio.get_running_loop().call_later(_CHECK_S, self._renew_idle)

    def send(self, record: WireRecord) -> None:
        """Send now, or as soon as there is a connection."""
        if self._idle:
            self._idle.popleft().send(record)
        else:
            self._waiting.append(record)
        self._top_up()

    async def close(self) -> None:
        """End all connections, and what is under way on them."""
        if self._on_trial:
            await asyncio.sleep(_TRIAL_S)  # so that the next load knows
        self._is_closed = True
        if self._check is not None:
            self._check.cancel()
        for task in self._opening:
            task.cancel()
        for connection in tuple(self._all):
            connection.close()
        await asyncio.sleep(0)  # so that the transports can tell of their end

    def _top_up(self) -> None:
        """Open as many as are waited for, and some to spare."""
        n_usable = len(self._all) - len(self._on_trial)
        n_busy = n_usable - len(self._idle)
        n_wanted = n_busy + len(self._waiting) + max(self._n_spare, n_busy // 4)
        if self._most is not None:
            n_wanted = min(
                n_wanted, self._most + (0 if self._habits.keeps_connections else self._n_spare)
            )
        for _ in range(n_wanted - n_usable - len(self._opening)):
            self._open_another()

    def _open_another(self) -> None:
        task = asyncio.get_running_loop().create_task(self._open())
        self._opening.add(task)
        task.add_done_callback(self._opened)

    async def _open(self) -> None:
        address = self._address
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._timeout_s):
            _, connection = await loop.create_connection(
                lambda: Connection(self._free, self._lost, self._unread),
                address.host,
                address.port,
                ssl=address.tls,
            )
        self._all.add(connection)
        self._free(connection)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        record = None if error is None else self._next_waiting()
        if record is not None:
            at_ns = record.sent_ns = perf_counter_ns()
            record.fail(at_ns, FailureKind.UNREACHABLE, f"{type(error).__name__}: {error}")
        if self._waiting and not self._is_closed:
            # A connection that was lost with its first request was counted as on its way until now.
            self._top_up()

    def _free(self, connection: Connection) -> None:
        if self._is_closed or (connection.has_answered and self._habits.keeps_connections is False):
            connection.close()
            return
        if connection.has_answered and self._habits.keeps_connections is None:
            self._on_trial.add(connection)
            asyncio.get_running_loop().call_later(_TRIAL_S, self._end_trial, connection)
            return
        record = self._next_waiting()
        if record is None:
            connection.idle_since_ns = perf_counter_ns()
            self._idle.append(connection)
        else:
            connection.send(record)

    def _unread(self, record: WireRecord) -> None:
        """Send again, on a new connection, what went into one that the server was closing.

        No server has seen such a request (RFC 9112, section 9.3.1), so it is no second attempt;
        it counts as sent when it really is. From then on no connection is used twice.
        """
        self._habits.keeps_connections = False
        if not self._is_closed and not record.ended_ns:
            self._waiting.appendleft(record)

    def _end_trial(self, connection: Connection) -> None:
        if connection in self._on_trial:
            self._on_trial.discard(connection)
            if self._habits.keeps_connections is None:
                self._habits.keeps_connections = True
            self._free(connection)

    def _next_waiting(self) -> WireRecord | None:
        while self._waiting:
            record = self._waiting.popleft()
            if not record.ended_ns:  # its time has not run out meanwhile
                return record
        return None

    def _lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        on_trial = connection in self._on_trial
        self._on_trial.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
            # On a busy machine the server may have needed longer than the trial to close it.
            idle_ns = perf_counter_ns() - connection.idle_since_ns
            on_trial = connection.has_answered and idle_ns < _SHORT_IDLE_NS
        if on_trial and not self._is_closed:
            self._habits.keeps_connections = False
        if not self._is_closed:
            self._top_up()

    def _renew_idle(self) -> None:
        """Close what has been idle for long, before the server does, and open anew."""
        now_ns = perf_counter_ns()
        for connection in tuple(self._idle):
            if now_ns - connection.idle_since_ns > _LONGEST_IDLE_NS:
                connection.close()
        self._check = asyncio.get_running_loop().call_later(_CHECK_S, self._renew_idle)
