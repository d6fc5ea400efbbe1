"""Puts a load on the server, and tells of each request when what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from harness.adapters.openai.body import Dialect, UnsendableError
from harness.adapters.openai.connection_pool import Address, ServerHabits
from harness.adapters.openai.timed_load import Sending, TimedLoad
from harness.adapters.openai.trace_reading import TraceReader
from harness.core.arrival import Arrival
from harness.core.errors import ConfigError
from harness.core.load import Tier
from harness.core.trace import Trace

_N_SPARE = {Tier.LOOPBACK: 2, Tier.REMOTE: 8}
"""Opening a connection takes a fraction of a millisecond on one machine and a round trip or three
to another one; and servers for one machine may give each idle connection a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTimer:
    """Knows one server, and what is sent to it."""

    base_url: str
    tier: Tier
    key: str | None
    dialect: Dialect
    timeout_s: float
    quote: Callable[[str], str]
    habits: ServerHabits = field(default_factory=ServerHabits)

    @property
    def port(self) -> int:
        """At which the server listens."""
        url = httpx.URL(self.base_url)
        return url.port or (443 if url.scheme == "https" else 80)

    def plan(self, arrivals: Sequence[Arrival], concurrency: int | None) -> TimedLoad:
        """Make everything ready to go.

        Raises:
            ConfigError: a request that cannot be streamed, or a load without any room.
        """
        if concurrency is not None and concurrency < 1:
            raise ConfigError("concurrency", "leaves no room for any request", "write 1 or more")
        try:
            sendings = [Sending(self._request(arrival), arrival.due_ns) for arrival in arrivals]
        except UnsendableError as error:
            raise ConfigError(f"openai {self.dialect.model}", str(error)) from error
        return TimedLoad(
            self._address(),
            self.habits,
            sendings,
            concurrency=concurrency,
            n_spare=_N_SPARE[self.tier],
            timeout_s=self.timeout_s,
        )

    def read(self, load: TimedLoad, arrivals: Sequence[Arrival]) -> list[tuple[Trace, str]]:
        """Return the trace and the server's fingerprint (or nothing) of each that was sent."""
        place = f"{self.base_url.rstrip('/')}{self.dialect.path}"
        reader = TraceReader(load.began_ns, place, self.quote)
        pairs = zip(load.sent, arrivals, strict=False)  # in order, and the last ones may be unsent
        return [reader.read(record, arrival.due_ns) for record, arrival in pairs]

    def _address(self) -> Address:
        url = httpx.URL(self.base_url)
        # The same trusted roots as those of plain requests.
        context = httpx.create_ssl_context() if url.scheme == "https" else None
        return Address(url.host, self.port, context)

    def _request(self, arrival: Arrival) -> bytes:
        url = httpx.URL(self.base_url.rstrip("/") + self.dialect.path)
        body = self.dialect.streamed_body(arrival.request.payload)
        lines = [
            f"POST {url.raw_path.decode('ascii')} HTTP/1.1",
            f"Host: {url.netloc.decode('ascii')}",
            "User-Agent: model-audit-harness",
            "Accept: text/event-stream",
            # Packed frames would come when the packer sees fit.
            "Accept-Encoding: identity",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        if self.key:
            lines.append(f"Authorization: Bearer {self.key}")
        return "\r\n".join([*lines, "", ""]).encode("ascii") + body
