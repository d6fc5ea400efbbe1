"""How many requests and chunks per second the load generator sustains, on one core."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from harness.core.latency import lag
from harness.core.trace import Trace
from harness.selftest.load_client import arrivals_of, timed_traces
from harness.selftest.mock_process import MockProcess, Truth
from harness.selftest.mock_script import MockScript, ready_s
from harness.stats.quantiles import linear_quantile

Unit = Literal["requests", "chunks"]

LARGEST_LAG_S = 0.005
LEAST_PER_S: Mapping[Unit, float] = {"requests": 500.0, "chunks": 20_000.0}
"""What the load generator is to sustain on one core; below, a load may be the tool's own limit."""
_LEAST_OF_OFFERED = 0.95
_SCRIPT = MockScript(ttft_s=0.02, tpot_s=0.004)
_REQUEST_RATES = (250, 500, 750, 1000, 1500, 2000, 3000)
"""Of answers of two tokens."""
_CHUNK_TOKENS = (10, 20, 40, 60, 80, 120)
"""Answer lengths at a fixed rate of requests, one token in each chunk."""
_RATE_OF_LONG_ANSWERS = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rate that was tried."""

    unit: Unit
    offered_per_s: float
    achieved_per_s: float
    lag_p99_s: float
    n_failed: int
    client_cores: float
    """Processor time of the client over the time of the load."""
    server_late_p99_s: float
    """How much later than planned the mock server's worst frame of an answer left."""

    @property
    def is_sustained(self) -> bool:
        """Whether the sender kept its schedule, and everything came as fast as it was offered."""
        keeps_up = self.achieved_per_s >= _LEAST_OF_OFFERED * self.offered_per_s
        return keeps_up and self.lag_p99_s < LARGEST_LAG_S and not self.n_failed


@dataclass(frozen=True, slots=True)
class _Tried:
    unit: Unit
    rate_per_s: float
    n_tokens: int
    cpu_s: float


def climb(process: MockProcess, unit: Unit, *, seconds: float) -> Iterator[Step]:
    """Yield the steps of a ladder of rates, up to the first that cannot be sustained.

    Args:
        process: the server.
        unit: what is counted.
        seconds: how long each rate is kept up; one that fails is tried a second time, since
            another program may have had the processor.
    """
    lengths = [2] * len(_REQUEST_RATES) if unit == "requests" else list(_CHUNK_TOKENS)
    rates = list(_REQUEST_RATES) if unit == "requests" else [_RATE_OF_LONG_ANSWERS] * len(lengths)
    for rate, n_tokens in zip(rates, lengths, strict=True):
        step = _step(process, unit, rate, n_tokens, seconds)
        if not step.is_sustained:
            step = _step(process, unit, rate, n_tokens, seconds)
        yield step
        if not step.is_sustained:
            return


def highest(steps: Sequence[Step]) -> Step | None:
    """Return the last rate that was sustained, or None when none was."""
    sustained = [step for step in steps if step.is_sustained]
    return sustained[-1] if sustained else None


def _step(
    process: MockProcess, unit: Unit, rate_per_s: float, n_tokens: int, seconds: float
) -> Step:
    process.truths()  # those of an earlier load
    prompts = [f"{unit} {place}" for place in range(int(rate_per_s * seconds))]
    arrivals = arrivals_of(prompts, n_tokens, rate_per_s=rate_per_s)
    cpu_s = time.process_time()
    traces = timed_traces(process.url, arrivals, concurrency=None, extra={"mock": asdict(_SCRIPT)})
    cpu_s = time.process_time() - cpu_s
    tried = _Tried(unit, rate_per_s, n_tokens, cpu_s)
    return _told(tried, traces, process.truths())


def _told(step: _Tried, traces: Mapping[str, Trace], truths: Mapping[str, Truth]) -> Step:
    last_s = max(trace.ended_ns for trace in traces.values()) / 1e9
    # What a load of that many requests takes where nothing is ever late.
    planned_s = len(traces) / step.rate_per_s + ready_s(_SCRIPT, step.n_tokens)
    offered = step.rate_per_s * (step.n_tokens if step.unit == "chunks" else 1)
    lags = [lag_s for trace in traces.values() if (lag_s := lag(trace)) is not None]
    late = [truth.late_ns / 1e9 for truth in truths.values()]
    return Step(
        unit=step.unit,
        offered_per_s=offered,
        achieved_per_s=offered * min(1.0, planned_s / last_s),
        lag_p99_s=linear_quantile(sorted(lags), 0.99),
        n_failed=sum(trace.failure is not None for trace in traces.values()),
        client_cores=step.cpu_s / last_s,
        server_late_p99_s=linear_quantile(sorted(late), 0.99),
    )
