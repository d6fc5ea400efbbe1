"""A model in this process whose every token comes at a known time: the shortest way to a clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.arrival import Arrival
from harness.core.identity import Identity
from harness.core.load import Tier
from harness.core.request import Generate, Request
from harness.core.response import Exchange, Generation, Response
from harness.core.trace import CONTENT, Trace
from harness.selftest.mock_script import MockScript, ready_s

_SPIN_NS = 2_000_000
"""How long before a tick sleeping ends: the system wakes a sleeper late by up to that."""


@dataclass(frozen=True, slots=True)
class TickingSession:
    """Answers one request after the other; ``truth`` tells what its clock should have seen."""

    script: MockScript

    @property
    def identity(self) -> Identity:
        """No model at all."""
        return Identity({"weights": "none: ticks at known times"})

    @property
    def tier(self) -> Tier:
        """This process."""
        return Tier.IN_PROCESS

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answer without any delay."""
        for request in requests:
            yield Exchange(request, Response(output=Generation(text="tok", finish_reason="stop")))

    def close(self) -> None:
        """Nothing is held."""

    def time(
        self, arrivals: Sequence[Arrival], *, concurrency: int | None
    ) -> Iterator[tuple[Request, Trace]]:
        """Tick through each answer, one after the other."""
        del concurrency
        began_ns = time.perf_counter_ns()
        for arrival in arrivals:
            payload = arrival.request.payload
            assert isinstance(payload, Generate)
            sent_ns = time.perf_counter_ns()
            ticks = [sent_ns + after for after in self._ticks(payload.max_new_tokens)]
            seen = tuple(_wait_until(tick) - began_ns for tick in ticks)
            trace = Trace(
                sent_ns=sent_ns - began_ns,
                ended_ns=seen[-1],
                chunk_ns=seen,
                chunk_channels=CONTENT * len(seen),
                chunk_tokens=(1,) * len(seen),
                n_output_tokens=len(seen),
                counted_by="ids",
                finish_reason="length",
            )
            yield arrival.request, trace

    def truth(self, n_tokens: int) -> Trace:
        """Return the trace of an answer by a clock that is never late."""
        ticks = tuple(self._ticks(n_tokens))
        return Trace(
            sent_ns=0,
            ended_ns=ticks[-1],
            chunk_ns=ticks,
            chunk_channels=CONTENT * n_tokens,
            chunk_tokens=(1,) * n_tokens,
            n_output_tokens=n_tokens,
        )

    def _ticks(self, n_tokens: int) -> list[int]:
        return [int(ready_s(self.script, place) * 1e9) for place in range(n_tokens)]


def _wait_until(at_ns: int) -> int:
    """Sleep, then spin; return the moment at which it ended."""
    while (left_ns := at_ns - time.perf_counter_ns()) > 0:
        if left_ns > _SPIN_NS:
            time.sleep((left_ns - _SPIN_NS) / 1e9)
    return time.perf_counter_ns()
