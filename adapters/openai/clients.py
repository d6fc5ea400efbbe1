"""HTTP clients of one connection each, as many as there are requests under way.

The pool of an ``httpx`` client looks through all of its connections at each request: with 64 of
them that costs more time than anything else. Here it has one, and the clients wait in a list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx


class Clients:
    """To be used in one event loop.

    Args:
        make: makes one more client, where all are in use.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._idle: list[httpx.AsyncClient] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend a client; that which was used last, as its connection is the likeliest to live."""
        client = self._idle.pop() if self._idle else self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    async def aclose(self) -> None:
        """Close all connections."""
        while self._idle:
            await self._idle.pop().aclose()
