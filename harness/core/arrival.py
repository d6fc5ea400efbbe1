"""A request with the moment at which it is due."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.request import Request


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request of a load."""

    request: Request
    due_ns: int | None = None
    """Nanoseconds after the load begins; None to start as soon as there is room."""
