"""A connection pool to one server, and the workers that share it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING

import httpx

from harness.adapters.openai.body import Dialect
from harness.adapters.openai.caller import Caller, Patience
from harness.adapters.openai.clients import Clients
from harness.adapters.openai.load_timing import LoadTimer
from harness.adapters.openai.loop_thread import LoopThread
from harness.adapters.openai.round_trip import round_trip_s
from harness.adapters.openai.tier import tier_of
from harness.adapters.quoting import scrubber_of, shorten
from harness.core.arrival import Arrival
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity, hash_json
from harness.core.load import Tier
from harness.core.request import Request
from harness.core.response import Exchange
from harness.core.trace import Trace

if TYPE_CHECKING:
    from harness.adapters.openai import OpenAIAdapter


class OpenAISession:
    """Asks a server, with a bounded number of requests under way."""

    def __init__(self, adapter: OpenAIAdapter) -> None:
        key = _read_key(adapter.api_key_env)
        self._parts = _identity_parts(adapter)
        self._n_workers = adapter.max_concurrency
        tls = httpx.create_ssl_context()  # reads all authorities: once for all clients
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self._clients = Clients(
            lambda: httpx.AsyncClient(
                base_url=adapter.base_url,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=None,  # noqa: S113 - one limit for the whole attempt stands in Caller
                limits=limits,
                verify=tls,
            )
        )
        scrub = scrubber_of([key] if key else [])
        self._caller = Caller(
            self._clients, adapter.base_url, _dialect(adapter), _patience(adapter), scrub
        )
        self._timer = LoadTimer(
            base_url=adapter.base_url,
            tier=tier_of(adapter.base_url),
            key=key,
            dialect=_dialect(adapter),
            timeout_s=adapter.timeout_s,
            # Struck out first: a secret that is cut in half would no longer be found.
            quote=lambda text: shorten(scrub(text)),
        )
        self._base_url = adapter.base_url
        self._loop = LoopThread(f"openai {adapter.model}")

    @property
    def identity(self) -> Identity:
        """Names and settings; also the build that the server claims to be, once it answered."""
        seen = sorted(self._caller.system_fingerprints)
        return Identity(
            {**self._parts, "system_fingerprint": ", ".join(seen)} if seen else self._parts
        )

    def facts(self) -> dict[str, float]:
        """Return what is learnt once: ``round_trip_s``, where the server can be reached."""
        found = round_trip_s(self._base_url)
        return {} if found is None else {"round_trip_s": found}

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield exchanges as they finish; what is under way is cancelled when nobody reads on.

        Raises:
            AdapterError: the session is closed, or was while it was asked.
        """
        # What is put last is the task that put the rest: it has ended, in one way or another.
        done: SimpleQueue[Exchange | asyncio.Task[None]] = SimpleQueue()
        try:
            cancel = self._loop.start(self._ask_all(requests, done), done.put)
        except RuntimeError as error:
            raise AdapterError("openai: the session is closed; open another one") from error
        item: Exchange | asyncio.Task[None] | None = None
        try:
            while isinstance(item := done.get(), Exchange):
                yield item
        finally:
            cancel()
            while not isinstance(item, asyncio.Task):
                item = done.get()
        if item.cancelled():
            raise AdapterError("openai: the session was closed while it was asked")
        item.result()

    @property
    def tier(self) -> Tier:
        """Loopback or remote, by the address as it was when the session was opened."""
        return self._timer.tier

    @property
    def server_port(self) -> int:
        """Port of ``base_url``."""
        return self._timer.port

    def time(
        self, arrivals: Sequence[Arrival], *, concurrency: int | None
    ) -> Iterator[tuple[Request, Trace]]:
        """Carry out the load, and when it is over tell of each request when what happened.

        No failure is tried again, whatever ``max_attempts`` says.

        Raises:
            AdapterError: the session is closed, or was during the load.
            ConfigError: a request that cannot be streamed.
        """
        load = self._timer.plan(arrivals, concurrency)
        ended: SimpleQueue[asyncio.Task[None]] = SimpleQueue()
        try:
            cancel = self._loop.start(load.run(), ended.put)
        except RuntimeError as error:
            raise AdapterError("openai: the session is closed; open another one") from error
        try:
            task = ended.get()
        except BaseException:  # an interrupt: nothing of the load may go on
            cancel()
            raise
        if task.cancelled():
            raise AdapterError("openai: the session was closed during a load")
        task.result()
        for arrival, (trace, fingerprint) in zip(
            arrivals,
            self._timer.read(load, arrivals),
            strict=False,  # what was not sent
        ):
            self._caller.note_fingerprint(fingerprint)
            yield arrival.request, trace

    def close(self) -> None:
        """Cancel what is under way and close the connections. Safe to call twice."""
        self._loop.close(last=self._clients.aclose)

    async def _ask_all(
        self, requests: Sequence[Request], done: SimpleQueue[Exchange | asyncio.Task[None]]
    ) -> None:
        waiting = iter(requests)

        async def work() -> None:
            # All workers draw from one iterator: as many requests are under way as workers live.
            for request in waiting:
                done.put(Exchange(request, await self._caller.ask(request)))

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self._n_workers, len(requests))):
                workers.create_task(work())


def _read_key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        reason = f"the environment variable {variable} is not set"
        raise ConfigError("api_key_env", reason, f"set {variable} to the key")
    if not key.isascii() or not key.isprintable():
        reason = f"the environment variable {variable} holds what no HTTP header can"
        raise ConfigError("api_key_env", reason, "copy the key again")
    return key


def _identity_parts(adapter: OpenAIAdapter) -> dict[str, str]:
    settings = {
        "api": adapter.api,
        "max_tokens_field": adapter.max_tokens_field,
        "extra": dict(adapter.extra),
    }
    return {
        "weights": "unknown (remote)",
        "base_url": adapter.base_url.rstrip("/"),
        "model": adapter.model,
        "settings": hash_json(settings),
    }


def _dialect(adapter: OpenAIAdapter) -> Dialect:
    return Dialect(
        model=adapter.model,
        api=adapter.api,
        max_tokens_field=adapter.max_tokens_field,
        extra=adapter.extra,
        scores=adapter.scores,
        length_fields=adapter.length_fields,
        continuous_usage=adapter.continuous_usage,
    )


def _patience(adapter: OpenAIAdapter) -> Patience:
    return Patience(
        timeout_s=adapter.timeout_s,
        max_attempts=adapter.max_attempts,
        first_wait_s=adapter.first_retry_wait_s,
        longest_wait_s=adapter.max_retry_wait_s,
        seed=adapter.retry_seed,
    )
