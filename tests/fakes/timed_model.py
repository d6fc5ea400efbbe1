"""A model whose times are known to the nanosecond, and traces made by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.core.arrival import Arrival
from harness.core.identity import Identity
from harness.core.load import Load, Tier
from harness.core.profile import LoadProfile, Profile
from harness.core.request import Generate, Request
from harness.core.response import Exchange, Failure, FailureKind
from harness.core.trace import Trace

MS = 1_000_000
TIMEOUT = Failure(kind=FailureKind.TIMEOUT, message="30 s went by")
ONE = Load(n_requests=1, n_input_tokens=16, n_output_tokens=4, concurrency=1)


def streamed(
    *, sent_ms: float = 0, ttft_ms: float = 500, step_ms: float = 20, n: int = 100
) -> Trace:
    """Return a request whose tokens came one a chunk, at a steady pace."""
    first = round((sent_ms + ttft_ms) * MS)
    times = tuple(first + round(i * step_ms * MS) for i in range(n))
    return Trace(
        sent_ns=round(sent_ms * MS),
        ended_ns=times[-1],
        chunk_ns=times,
        chunk_channels="c" * n,
        chunk_tokens=(1,) * n,
        n_input_tokens=128,
        n_output_tokens=n,
        counted_by="ids",
    )


def whole(*, sent_ms: float = 0, took_ms: float = 100, n_items: int = 1) -> Trace:
    """Return a request whose answer came in one piece."""
    return Trace(
        sent_ns=round(sent_ms * MS), ended_ns=round((sent_ms + took_ms) * MS), n_items=n_items
    )


def due(trace: Trace, due_ms: float) -> Trace:
    """Return the request as one of an open loop."""
    return replace(trace, due_ns=round(due_ms * MS))


def profile_of(
    *traces: Trace, load: Load = ONE, tier: Tier = Tier.IN_PROCESS, **facts: float
) -> Profile:
    """Return a round of one load."""
    return Profile(
        tier=tier, points=(LoadProfile(load=load, traces=traces, n_warm_up=3),), facts=facts
    )


@dataclass
class TimedModel:
    """Answers nothing, and tells of a queue of one server on a clock of its own.

    A prompt of w words has 2 w + 5 tokens; each costs 1 ms, and each token of the answer 10 ms.
    """

    tier: Tier = Tier.LOOPBACK
    first_ms: float = 0.0
    """Added to the very first request."""
    drift_ms: float = 0.0
    """Added to each request more than to the one before."""
    n_cached: int | None = None
    n_failing: int = 0
    """The first so many requests fail."""
    asked: list[tuple[Arrival, int | None]] = field(default_factory=list)
    identity: Identity = field(default_factory=lambda: Identity({"weights": "none (timed)"}))

    def time(
        self, arrivals: Sequence[Arrival], *, concurrency: int | None
    ) -> Iterator[tuple[Request, Trace]]:
        free_ms = [0.0] * (concurrency or len(arrivals))
        for arrival in arrivals:
            self.asked.append((arrival, concurrency))
            at = min(range(len(free_ms)), key=free_ms.__getitem__)
            sent = free_ms[at] if arrival.due_ns is None else arrival.due_ns / MS
            trace = self._trace(arrival, sent)
            free_ms[at] = trace.ended_ns / MS
            yield arrival.request, trace

    def _trace(self, arrival: Arrival, sent_ms: float) -> Trace:
        payload = arrival.request.payload
        assert isinstance(payload, Generate)
        assert isinstance(payload.prompt, str)
        n_input = 2 * len(payload.prompt.split()) + 5
        late = self.drift_ms * len(self.asked) + (self.first_ms if len(self.asked) == 1 else 0)
        trace = streamed(
            sent_ms=sent_ms, ttft_ms=n_input + late, step_ms=10, n=payload.max_new_tokens
        )
        is_failing = len(self.asked) <= self.n_failing
        return replace(
            trace,
            due_ns=arrival.due_ns,
            n_input_tokens=n_input,
            n_cached_tokens=self.n_cached,
            failure=TIMEOUT if is_failing else None,
        )

    def facts(self) -> dict[str, float]:
        return {"round_trip_s": 0.0002}

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        raise AssertionError(f"{len(requests)} requests were sent past the clock")

    def close(self) -> None:
        pass
