"""A model in this process that takes a known time for each answer, and takes it down."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.core.identity import Identity
from harness.core.load import Tier
from harness.core.request import Request
from harness.core.response import Exchange, Generation, Response

_SPIN_NS = 2_000_000
"""How long before its time sleeping ends: the system wakes a sleeper late by up to that."""


@dataclass(slots=True)
class TickingSession:
    """Answers one request after the other, each whole."""

    seconds: float
    """For each answer."""
    took_ns: list[int] = field(default_factory=list)
    """How long each one really took, by a clock within the model."""

    @property
    def identity(self) -> Identity:
        """No model at all."""
        return Identity({"weights": "none: takes a known time"})

    @property
    def tier(self) -> Tier:
        """This process."""
        return Tier.IN_PROCESS

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answer when it is time."""
        for request in requests:
            began_ns = time.perf_counter_ns()
            _wait_until(began_ns + int(self.seconds * 1e9))
            answer = Response(output=Generation(text="tok", finish_reason="stop"))
            self.took_ns.append(time.perf_counter_ns() - began_ns)
            yield Exchange(request, answer)

    def close(self) -> None:
        """Nothing is held."""


def _wait_until(at_ns: int) -> None:
    """Sleep, then spin."""
    while (left_ns := at_ns - time.perf_counter_ns()) > 0:
        if left_ns > _SPIN_NS:
            time.sleep((left_ns - _SPIN_NS) / 1e9)
