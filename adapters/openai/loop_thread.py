"""An event loop in a thread of its own, so that answers arrive while the caller is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from threading import Lock, Thread
from typing import Any


class LoopThread:
    """Runs tasks until it is closed."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._lock = Lock()
        self._is_closed = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def start(
        self, coroutine: Coroutine[Any, Any, None], at_end: Callable[[asyncio.Task[None]], object]
    ) -> Callable[[], None]:
        """Start a task in the loop's thread, and return what cancels it.

        Args:
            coroutine: what to run.
            at_end: is given the task when it has ended, in the loop's thread; called in any case.

        Raises:
            RuntimeError: the loop is closed.
        """
        started: list[asyncio.Task[None]] = []

        def begin() -> None:
            started.append(self._loop.create_task(coroutine))
            started[0].add_done_callback(at_end)

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop is closed, and so the task has ended
                self._loop.call_soon_threadsafe(lambda: started[0].cancel())  # noqa: PLW0108 - it may not have started yet

        # Under the lock, so that a task is either refused or seen by the one who closes.
        with self._lock:
            if self._is_closed:
                coroutine.close()
                raise RuntimeError("the loop is closed")
            self._loop.call_soon_threadsafe(begin)
        return cancel

    def close(self, last: Callable[[], Awaitable[None]]) -> None:
        """Cancel all tasks, do one last thing when they have ended, and stop.

        Safe to call twice; the last thing is done once.
        """
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        asyncio.run_coroutine_threadsafe(_end(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


async def _end(last: Callable[[], Awaitable[None]]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
