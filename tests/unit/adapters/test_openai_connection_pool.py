"""Connections whose every event comes in the order that a busy kernel gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness.adapters.openai.connection import Connection
from harness.adapters.openai.connection_pool import Address, ServerHabits
from harness.adapters.openai.timed_load import Sending, TimedLoad
from harness.core.response import FailureKind

NOWHERE = Address("127.0.0.1", 1, None)


class Broken(asyncio.Transport):
    """Was accepted and reset: the first bytes written find out, as asyncio's own tells it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def write(self, data: bytes | bytearray | memoryview) -> None:
        del data
        reset = ConnectionResetError(104, "Connection reset by peer")
        asyncio.get_running_loop().call_soon(self._connection.connection_lost, reset)

    def abort(self) -> None:
        asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)


async def carry_out(load: TimedLoad) -> None:
    """Run a load against a server all of whose connections are broken."""

    async def connect(new: Callable[[], Connection], *_: Any, **__: Any) -> Any:
        connection = new()
        transport = Broken(connection)
        connection.connection_made(transport)
        await asyncio.sleep(0)
        return transport, connection

    loop: Any = asyncio.get_running_loop()
    loop.create_connection = connect
    await load.run()


@pytest.mark.parametrize("keeps_connections", [True, False, None])
@pytest.mark.parametrize("concurrency", [1, 2, None])
def test_a_write_that_fails_at_once_leaves_nobody_waiting(
    *, keeps_connections: bool | None, concurrency: int | None
) -> None:
    sendings = [Sending(b"GET", None if concurrency else 0)] * 8
    load = TimedLoad(
        NOWHERE,
        ServerHabits(keeps_connections),
        sendings,
        concurrency=concurrency,
        n_spare=2,
        timeout_s=5.0,
    )

    # In a thread of its own: the browser of other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: asyncio.run(carry_out(load))).result()

    found = [record.problem[0] for record in load.records if record.problem]
    assert found == [FailureKind.UNREACHABLE] * 8
