"""Percentiles of what single requests took."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from harness.core import latency
from harness.core.score import Direction, Unscored
from harness.core.trace import NOTHING, REASONING, Trace
from harness.stats.quantiles import linear_quantile
from harness.suites.latency.measure import Measure
from harness.suites.latency.view import View, moot

PERCENTILES: Mapping[str, float] = {
    "p50": 0.5,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p999": 0.999,
}
FEWEST: Mapping[str, int] = {"p99": 300, "p999": 3000}
"""Requests below which a far percentile says more of chance than of the model; gaps of one answer
share its fate, and count for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLatency:
    """Something that each request took."""

    id: str
    of: Callable[[Trace], float | tuple[float, ...] | None]
    definition: str
    """In seconds."""
    percentiles: tuple[str, ...] = tuple(PERCENTILES)
    headline: str = ""
    """The percentile in the summary."""
    has_tail: bool = False
    """A far percentile of too few requests is shown as missing, and not left out."""
    moot: Callable[[Sequence[Trace]], str] | None = None
    """Says why the latency tells nothing that another one does not, if so."""


def latency_values(traces: Sequence[Trace], of: RequestLatency) -> list[float]:
    """Return the values of all answered requests, rising; those without one are left out."""
    return sorted(chain.from_iterable(_values(traces, of)))


def _values(traces: Sequence[Trace], of: RequestLatency) -> Iterator[tuple[float, ...]]:
    """Yield the values of each request that has any."""
    for value in map(of.of, traces):
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if values:
            yield values


def _no_empty_frame(traces: Sequence[Trace]) -> str:
    if any(trace.chunk_channels.startswith(NOTHING) for trace in traces):
        return ""
    return "the first frame holds a token: see ttft"


def _no_reasoning(traces: Sequence[Trace]) -> str:
    if any(REASONING in trace.chunk_channels for trace in traces):
        return ""
    return "there is no reasoning before the answer: see ttft"


def _chunks_are_tokens(traces: Sequence[Trace]) -> str:
    counts = (trace.chunk_tokens for trace in traces if trace.chunk_ns)
    if all(own is not None and set(own) <= {0, 1} for own in counts):
        return "each chunk is one token: see itl"
    return ""


def _per_item(trace: Trace) -> float | None:
    whole = latency.e2e(trace)
    return None if whole is None else whole / trace.n_items


def _per_input_token(trace: Trace) -> float | None:
    whole = latency.e2e(trace)
    return whole / trace.n_input_tokens if whole is not None and trace.n_input_tokens else None


_MIDDLE = ("p50", "p90", "p95")
TTFT = RequestLatency(
    id="ttft",
    of=latency.ttft,
    definition="time from sending to the first token of any channel",
    headline="p50",
    has_tail=True,
)
TPOT = RequestLatency(
    id="tpot",
    of=latency.tpot,
    definition="time per output token after the first, (e2e - ttft) / (n_out - 1)",
    headline="p50",
    has_tail=True,
)
E2E = RequestLatency(
    id="e2e",
    of=latency.e2e,
    definition="time from sending to the last token, or to the whole answer",
    headline="p50",
    has_tail=True,
)
E2E_SCHED = RequestLatency(
    id="e2e_sched",
    of=latency.e2e_sched,
    definition="response time: from when the request was due to the last token (MLPerf LoadGen)",
    headline="p50",
    has_tail=True,
)
ITL = RequestLatency(
    id="itl",
    of=latency.itl,
    definition="gap between two tokens of one answer; a chunk's gap is shared among its tokens",
)
GENERATING = (
    RequestLatency(
        id="ttfc",
        of=latency.ttfc,
        definition="time from sending to the first frame, even one without a token",
        percentiles=_MIDDLE,
        moot=_no_empty_frame,
    ),
    TTFT,
    RequestLatency(
        id="ttfa",
        of=latency.ttfa,
        definition="time from sending to the first token of the answer, after all reasoning",
        moot=_no_reasoning,
    ),
    TPOT,
    RequestLatency(
        id="ntpot",
        of=latency.ntpot,
        definition="time per output token, e2e / n_out",
    ),
    RequestLatency(
        id="icl",
        of=latency.icl,
        definition="gap between two chunks of one answer, whatever they hold",
        moot=_chunks_are_tokens,
    ),
    ITL,
    RequestLatency(
        id="stall_max",
        of=latency.stall_max,
        definition="longest gap between two chunks of one answer",
        percentiles=("p50", "p95"),
    ),
    E2E,
)
OPEN_LOOP = (
    E2E_SCHED,
    RequestLatency(
        id="lag",
        of=latency.lag,
        definition="how late the request was sent; the tool's own delay and not the model's",
        percentiles=("p50", "p99"),
    ),
)
READING = (
    E2E,
    RequestLatency(
        id="e2e_per_item",
        of=_per_item,
        definition="time from handing a batch over to its answers, over the texts in it",
        percentiles=_MIDDLE,
    ),
    RequestLatency(
        id="e2e_per_token",
        of=_per_input_token,
        definition="time from handing a batch over to its answers, over the tokens in it",
        percentiles=_MIDDLE,
    ),
)


def measures_of(of: RequestLatency) -> Iterator[Measure]:
    """Yield a measure for each percentile of a latency."""
    for name in of.percentiles:
        yield Measure(
            id=f"{of.id}_{name}",
            definition=f"{_WORDS[name]} of: {of.definition}; seconds",
            of=_Percentile(of, name),
            direction=Direction.NEITHER if of.id == "lag" else Direction.LOWER,
            is_headline=name == of.headline,
        )


_WORDS = {
    name: f"{share * 100:g}th percentile" if share != PERCENTILES["p50"] else "median"
    for name, share in PERCENTILES.items()
}


@dataclass(frozen=True, slots=True)
class _Percentile:
    """One percentile of one latency."""

    latency: RequestLatency
    name: str

    def __call__(self, view: View) -> float | Unscored:
        """Find it in one round."""
        if reason := self.latency.moot and self.latency.moot(view.answered):
            return moot(reason)
        by_request = list(_values(view.traces, self.latency))
        if not by_request:
            if not view.answered:
                return Unscored(f"all {len(view.traces)} requests failed")
            return moot(f"these answers do not tell {self.latency.id}")
        n, n_least = len(by_request), FEWEST.get(self.name, 1)
        if n >= n_least:
            return linear_quantile(sorted(chain.from_iterable(by_request)), PERCENTILES[self.name])
        reason = f"n too small: {self.name} needs {n_least} requests, there are {n}"
        is_shown = self.latency.has_tail and self.name == "p99"
        return Unscored(reason) if is_shown else moot(reason)
