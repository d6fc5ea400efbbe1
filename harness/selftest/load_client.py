"""Puts loads on the mock server through the registered adapter, watched as a suite's are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from harness import registry
from harness.core.abilities import TimedSession
from harness.core.arrival import Arrival
from harness.core.request import Generate, Request
from harness.core.trace import Trace
from harness.selftest.mock_frames import Api

_FIRST = "a first request, of which no time is kept"


def timed_traces(
    url: str,
    arrivals: Sequence[Arrival],
    *,
    concurrency: int | None,
    extra: Mapping[str, Any],
    api: Api = "chat",
) -> dict[str, Trace]:
    """Carry out one load in a session of its own; return the traces by prompt.

    The watch of the latency suite stands beside it: what that costs is part of the error.
    """
    adapter = registry.find("adapters", "openai", "selftest")
    suite = registry.find("suites", "latency", "selftest")
    session: TimedSession = adapter(
        base_url=f"{url}/v1", model="mock", api=api, extra=extra, timeout_s=60.0
    ).open()
    first = Arrival(Request(_FIRST, Generate(prompt=_FIRST, max_new_tokens=1)))
    with closing(session):
        # A load comes after others, which have shown what the server does with connections.
        list(session.time([first], concurrency=1))
        with suite().prepare(limit=1, seed=0).watch(session):
            pairs = list(session.time(arrivals, concurrency=concurrency))
    return {request.id: trace for request, trace in pairs}


def arrivals_of(
    prompts: Sequence[str], n_tokens: int, *, rate_per_s: float | None = None
) -> list[Arrival]:
    """Return requests for that many tokens each; at an even rate, or as soon as there is room."""
    gap_ns = None if rate_per_s is None else 1e9 / rate_per_s
    return [
        Arrival(
            Request(prompt, Generate(prompt=prompt, max_new_tokens=n_tokens)),
            None if gap_ns is None else int(place * gap_ns),
        )
        for place, prompt in enumerate(prompts)
    ]
