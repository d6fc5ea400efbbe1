"""What is put on a model to time it: how many requests, how long, how fast they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Arrivals = Literal["poisson", "constant", "replay"]


class Tier(StrEnum):
    """Where the clock stands in relation to the model. Figures of two tiers never share an axis."""

    IN_PROCESS = "in-process"
    """The model runs in the process that holds the clock."""
    LOOPBACK = "loopback"
    """Another process of the same machine answers."""
    REMOTE = "remote"
    """Another machine answers, of unknown hardware; its network is part of every figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One load point: one shape, one input length, one output length."""

    n_requests: int
    """Requests that are timed; those of the warm-up are not among them."""
    n_input_tokens: int
    """Tokens that each prompt aims at; a trace tells what it came to."""
    n_output_tokens: int = 0
    """Tokens that each answer has to have; 0 where nothing is generated."""
    concurrency: int | None = None
    """Closed loop: so many requests are under way, a new one starts when one ends."""
    rate_per_s: float | None = None
    """Open loop: requests arrive at this mean rate, whatever the model makes of them."""
    arrivals: Arrivals = "poisson"
    """How they are spread in an open loop."""
    batch_size: int | None = None
    """Items handed over at once, of a classifier or encoder; they are one request here."""

    @property
    def key(self) -> str:
        """The part of a quantity's id that says what it holds for.

        >>> Load(n_requests=20, n_input_tokens=128, n_output_tokens=64, concurrency=4).key
        'c=4,in=128,out=64'
        """
        if self.batch_size is not None:
            return f"b={self.batch_size},in={self.n_input_tokens}"
        shape = f"c={self.concurrency}"
        if self.rate_per_s is not None:
            shape = f"{self.arrivals}={self.rate_per_s:g}"
        return f"{shape},in={self.n_input_tokens},out={self.n_output_tokens}"
