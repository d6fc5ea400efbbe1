"""Puts one load on a model and gathers the traces, whichever way the model can be timed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.abilities import ServedSession, TimedSession
from harness.core.arrival import Arrival
from harness.core.capability import Capability
from harness.core.load import Load, Tier
from harness.core.ports import Session
from harness.core.request import Request
from harness.core.trace import Trace
from harness.suites.latency.plain_timing import PlainTiming
from harness.suites.latency.watch import Watch


@dataclass(frozen=True, slots=True)
class Timing:
    """A session with the best clock there is for it."""

    session: Session
    capability: Capability

    @property
    def tier(self) -> Tier:
        """Where the model stands."""
        return self._watched.tier

    @property
    def server_port(self) -> int | None:
        """At which the model's server listens; None where there is none, or nobody knows."""
        return self.session.server_port if isinstance(self.session, ServedSession) else None

    def watch(self, idle_w: float | None = None) -> Watch:
        """Return a watch over the machine for one load.

        Args:
            idle_w: power of the machine at rest, if known.
        """
        return Watch(tier=self.tier, server_port=self.server_port, idle_w=idle_w)

    def facts(self) -> dict[str, float]:
        """Return what the session knows of itself; nothing where it does not say."""
        tell = getattr(self.session, "facts", None)
        return dict(tell()) if callable(tell) else {}

    def traces(
        self, load: Load, requests: Sequence[Request], due_ns: Sequence[int | None]
    ) -> tuple[Trace, ...]:
        """Carry out a load.

        Args:
            load: what is put on the model.
            requests: all of them; of a batched load, batch after batch.
            due_ns: of each request.

        Returns:
            In the order sent; fewer than there are requests where the model hangs.

        Raises:
            AdapterError: the model is gone.
            ConfigError: the model cannot be put under such a load.
        """
        if load.batch_size is not None:
            size = load.batch_size
            batches = [requests[i : i + size] for i in range(0, len(requests), size)]
            return tuple(PlainTiming(self.session).time_batches(batches))
        arrivals = [Arrival(*pair) for pair in zip(requests, due_ns, strict=True)]
        timed = self._watched.time(arrivals, concurrency=load.concurrency)
        return tuple(sorted((trace for _, trace in timed), key=lambda trace: trace.sent_ns))

    @property
    def _watched(self) -> TimedSession | PlainTiming:
        is_watched = self.capability is Capability.GENERATES
        if is_watched and isinstance(self.session, TimedSession):
            return self.session
        return PlainTiming(self.session)
