"""Carries out one load point: warm-up, the timed requests, and a look at the machine meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.core.load import Load, Tier
from harness.core.profile import LoadProfile, Telemetry
from harness.core.request import Request
from harness.core.trace import Trace
from harness.suites.latency.breaches import breaches_of, remarks_on
from harness.suites.latency.lasting import lasted_ns, moved, n_due, n_lasting, n_missing
from harness.suites.latency.plan import Plan
from harness.suites.latency.prompts import TextLength
from harness.suites.latency.request_maker import RequestMaker
from harness.suites.latency.schedule import due_times
from harness.suites.latency.timing import Timing
from harness.suites.latency.warm_up import FEWEST_WAVES, WarmUp, warm_up

_Told = TypeVar("_Told", float, str)

_OF_THE_MACHINE = frozenset({"mem_dev_used_peak", "energy_j"})
"""What still tells of a model that another process of this machine runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRunner:
    """Runs the load points of one round."""

    plan: Plan
    timing: Timing
    maker: RequestMaker
    length: TextLength
    round_id: str
    idle_w: float | None
    """Power of the machine at rest; None where it cannot be told."""
    note: Callable[[str], None]

    def warm_up(self, load: Load) -> WarmUp:
        """Get the model ready for one load point.

        Raises:
            AdapterError: the model is gone.
            ConfigError: the model cannot be put under such a load.
        """
        self.note(f"{load.key}: warming up")
        return warm_up(load, self.plan.most_warm_up_waves, self._wave)

    def run(self, load: Load, warm: WarmUp) -> LoadProfile:
        """Carry out one load point.

        Args:
            load: what is put on the model.
            warm: how its warm-up went.

        Raises:
            AdapterError: the model is gone.
            ConfigError: the model cannot be put under such a load.
        """
        due_ns = self._schedule(load, warm)
        requests = self._requests(load, "timed", len(due_ns))
        self.note(f"{load.key}: timing {len(due_ns)} requests")
        with self.timing.watch(self.idle_w) as watch:
            began_ns = time.perf_counter_ns()
            traces = self.timing.traces(load, requests, due_ns)
            n_unsent = len(due_ns) - len(traces)
            if not n_unsent:
                traces, n_unsent = self._prolonged(load, traces)
        resources, sources = watch.resources()
        return LoadProfile(
            load=load,
            traces=traces,
            n_warm_up=warm.n_requests,
            telemetry=self._of_the_process(watch.telemetry(began_ns)),
            resources=self._of_the_model(resources),
            sources={**self._of_the_model(sources), "n_in": self._counted_by(traces)},
            unstable=(*self._unsettled(warm), *remarks_on(load, traces), *watch.unstable()),
            breaches=(
                *_broken_off(n_unsent),
                *breaches_of(
                    load,
                    traces,
                    prefix_cache=self.plan.prefix_cache,
                    n_fixed_tokens=self.length.n_fixed_tokens,
                    fixed_length=self.plan.fixed_length,
                ),
            ),
        )

    def _wave(self, shape: Load, number: int) -> Sequence[Trace]:
        requests = self._requests(shape, f"warm-up {number}", shape.concurrency or 1)
        return self.timing.traces(shape, requests, [None] * len(requests))

    def _requests(self, load: Load, phase: str, n: int) -> list[Request]:
        return self.maker.requests(load, phase, n, self.length.n_words(load.n_input_tokens))

    def _schedule(self, load: Load, warm: WarmUp) -> tuple[int | None, ...]:
        """Return when each request is due."""
        return due_times(
            load,
            n=self._n_requests(load, warm),
            seed=f"{self.plan.seed}/{self.round_id}/{load.key}",
            replayed=self.plan.replayed,
        )

    def _n_requests(self, load: Load, warm: WarmUp) -> int:
        """Return how many requests last long enough; of a closed loop by what the warm-up took."""
        seconds = self.plan.min_duration_s
        if load.rate_per_s is not None:
            return n_due(load, seconds, len(self.plan.replayed))
        if not warm.waves_s or warm.waves_s[-1] <= 0:
            return load.n_requests
        rate = (load.concurrency or 1) / warm.waves_s[-1]
        return max(load.n_requests, n_lasting(rate, seconds))

    def _prolonged(self, load: Load, traces: tuple[Trace, ...]) -> tuple[tuple[Trace, ...], int]:
        """Go on with a closed loop that was answered faster than its warm-up, or had none.

        Returns:
            All traces, and how many requests were not sent as the model hangs.
        """
        while load.rate_per_s is None and (n := n_missing(traces, self.plan.min_duration_s)):
            self.note(f"{load.key}: timing {n} more requests")
            requests = self._requests(load, f"timed after {len(traces)}", n)
            more = self.timing.traces(load, requests, [None] * len(requests))
            # The pause between is the tool's own, and left out.
            traces += tuple(moved(trace, lasted_ns(traces)) for trace in more)
            if len(more) < n:
                return traces, n - len(more)
        return traces, 0

    def _unsettled(self, warm: WarmUp) -> tuple[str, ...]:
        if self.plan.most_warm_up_waves == 0 or warm.is_stable:
            return ()
        n, n_answered = self.plan.most_warm_up_waves, len(warm.waves_s)
        if n_answered < FEWEST_WAVES:
            return (f"only {n_answered} of {n} warm-up waves were answered",)
        return (f"the warm-up did not settle: after {n} waves the last three differ by over 10 %",)

    def _counted_by(self, traces: Sequence[Trace]) -> str:
        counters = sorted({trace.counted_by for trace in traces if trace.failure is None})
        if self.length.is_known:
            return " and ".join(counters)
        return "nobody: a word was taken for a token"

    def _of_the_process(self, seen: Telemetry) -> Telemetry:
        """Leave out the memory of this process where the model is another one."""
        if self.timing.tier is Tier.IN_PROCESS:
            return seen
        kept = {name: values for name, values in seen.series.items() if name != "rss_bytes"}
        return replace(seen, series=kept)

    def _of_the_model(self, told: Mapping[str, _Told]) -> dict[str, _Told]:
        """Leave out what was measured of this process where the model is another one."""
        if self.timing.tier is Tier.IN_PROCESS:
            return dict(told)
        if self.timing.tier is Tier.REMOTE:
            return {}
        return {name: value for name, value in told.items() if name in _OF_THE_MACHINE}


def _broken_off(n_unsent: int) -> tuple[str, ...]:
    if not n_unsent:
        return ()
    return (f"{n_unsent} requests were not sent: one after the other had run out of time",)
