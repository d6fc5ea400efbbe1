"""Times any model from outside, one request or one batch after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.arrival import Arrival
from harness.core.errors import ConfigError
from harness.core.load import Tier
from harness.core.ports import Session
from harness.core.request import Request
from harness.core.response import Exchange, Failure, FailureKind, Generation, Response
from harness.core.time_outs import TimeOuts
from harness.core.trace import Counter, Trace
from harness.suites.latency.view import total


@dataclass(frozen=True, slots=True)
class PlainTiming:
    """Knows when an answer was asked for and when it was whole, and nothing in between.

    It stands in for ``TimedSession`` where the model cannot be watched: there is no time to the
    first token then, and no open loop.
    """

    session: Session

    @property
    def tier(self) -> Tier:
        """What the session says of itself; in this process where it says nothing."""
        return Tier(getattr(self.session, "tier", Tier.IN_PROCESS))

    def time(
        self, arrivals: Sequence[Arrival], *, concurrency: int | None
    ) -> Iterator[tuple[Request, Trace]]:
        """Carry out a load of one stream; see ``TimedSession.time``.

        Raises:
            ConfigError: more than one request is to be under way, or they have due times.
        """
        if concurrency != 1 or any(arrival.due_ns is not None for arrival in arrivals):
            raise unwatchable()
        requests = [[arrival.request] for arrival in arrivals]
        traces = self.time_batches(requests)
        for arrival, trace in zip(arrivals, traces, strict=False):  # a hang ends them early
            yield arrival.request, trace

    def time_batches(self, batches: Sequence[Sequence[Request]]) -> Iterator[Trace]:
        """Hand over one batch after the other, and tell when each was answered.

        What is left is not asked of a model that hangs.

        Args:
            batches: each of at least one request; it is one trace.
        """
        began = time.perf_counter_ns()
        time_outs = TimeOuts()
        for batch in batches:
            sent = time.perf_counter_ns()
            answers = list(self.session.respond(batch))
            ended = time.perf_counter_ns()
            trace = _trace(batch, answers, sent - began, ended - began)
            yield trace
            time_outs.note(None if trace.failure is None else trace.failure.kind)
            if time_outs.is_hanging:
                return


def unwatchable() -> ConfigError:
    """Return what is wrong with any load but one stream on a model that cannot be watched."""
    return ConfigError(
        "concurrency",
        "this model cannot be watched while it answers, only timed one request after the other",
        "write concurrency = [1] and no rates for it",
    )


def _trace(
    batch: Sequence[Request], exchanges: Sequence[Exchange], sent_ns: int, ended_ns: int
) -> Trace:
    responses = [e.answer for e in exchanges if isinstance(e.answer, Response)]
    n_input = total(r.usage.n_input_tokens if r.usage else None for r in responses)
    n_output = total(r.usage.n_output_tokens if r.usage else None for r in responses)
    counted_by: Counter = "nobody" if n_input is n_output is None else "usage"
    first = responses[0].output if responses else None
    return Trace(
        sent_ns=sent_ns,
        ended_ns=ended_ns,
        n_input_tokens=n_input,
        n_output_tokens=n_output,
        counted_by=counted_by,
        n_items=len(batch),
        finish_reason=first.finish_reason if isinstance(first, Generation) else "",
        failure=_failure(batch, exchanges),
    )


def _failure(batch: Sequence[Request], exchanges: Sequence[Exchange]) -> Failure | None:
    """Return why a batch is no whole answer; one that lacks an item is none."""
    failures = (e.answer for e in exchanges if isinstance(e.answer, Failure))
    lost = Failure(kind=FailureKind.PROTOCOL, message="the adapter gave no answer")
    return next(failures, None if len(exchanges) == len(batch) else lost)
