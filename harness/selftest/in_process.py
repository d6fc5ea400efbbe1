"""The suite's own clock in this process, held against a model that knows how long it took."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from harness import registry
from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.latency import e2e
from harness.core.profile import Profile
from harness.core.response import Response
from harness.selftest.mode_result import Compared
from harness.selftest.ticking_session import TickingSession

_SECONDS = 0.03


def in_process(n_requests: int, note: Callable[[str], None]) -> Compared:
    """Carry out a round of the latency suite, as a run does, and return the medians of e2e.

    Raises:
        AdapterError: the round came to nothing.
    """
    suite = registry.find("suites", "latency", "selftest")(
        rounds=1, requests=n_requests, min_duration_s=0.0, warm_up=0
    )
    task = suite.prepare(limit=None, seed=0)
    session = TickingSession(_SECONDS)
    ((_, answer),) = task.drive(task.samples(), session, Capability.GENERATES, note)
    if not (isinstance(answer, Response) and isinstance(answer.output, Profile)):
        raise AdapterError(f"selftest: a round in this process came to nothing ({answer})")
    (point,) = answer.output.points
    times = [time_s for time_s in map(e2e, point.traces) if time_s is not None]
    # The round asks before the timed requests too; they are the last ones.
    true_ns = session.took_ns[-n_requests:]
    return Compared(told_s=median(times) if times else None, true_s=median(true_ns) / 1e9)
