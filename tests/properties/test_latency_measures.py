"""Figures of random loads against a slow way to the same numbers, written from the definitions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from fakes.timed_model import ONE, TIMEOUT, profile_of
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.core.trace import Trace
from harness.suites.latency.in_flight import in_flight_when_sent
from harness.suites.latency.limits import Slo
from harness.suites.latency.metric import Latency

ROUND = Sample(id="round 1", index=0, text="round 1")
times = st.integers(min_value=1, max_value=10**9)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    sent = draw(st.integers(min_value=0, max_value=10**10))
    gaps = draw(st.lists(times, min_size=1, max_size=6))
    chunks = tuple(int(at) for at in sent + np.cumsum(gaps))
    tokens = tuple(draw(st.integers(min_value=1, max_value=4)) for _ in chunks)
    trace = Trace(
        sent_ns=sent,
        due_ns=sent - draw(st.integers(min_value=0, max_value=10**7)),
        ended_ns=chunks[-1] + draw(times),
        chunk_ns=chunks,
        chunk_channels="c" * len(chunks),
        chunk_tokens=tokens,
        n_input_tokens=draw(st.integers(min_value=1, max_value=999)),
        n_output_tokens=sum(tokens),
    )
    return replace(trace, failure=TIMEOUT) if draw(st.integers(0, 5)) == 0 else trace


loads = st.lists(traces(), min_size=1, max_size=12)


def found(load: Sequence[Trace], quantity: str, slo: Slo | None = None) -> float | None:
    metric = Latency(quantity=quantity, load=ONE.key, slo=slo)
    score = metric.measure(ROUND, profile_of(*load))
    assert isinstance(score, Scored | Unscored)
    return score.statistics[0] if isinstance(score, Scored) else None


def slowly(load: Sequence[Trace], of: Callable[[Trace], list[float]], share: float) -> float | None:
    values = [value for trace in load if trace.failure is None for value in of(trace)]
    return float(np.percentile(values, 100 * share, method="linear")) if values else None


def whole_s(trace: Trace) -> float:
    return (max(trace.chunk_ns) - trace.sent_ns) / 1e9


def pace(trace: Trace) -> list[float]:
    n = sum(trace.chunk_tokens or ())
    if n < 2 or len(trace.chunk_ns) < 2:
        return []
    return [(trace.chunk_ns[-1] - trace.chunk_ns[0]) / 1e9 / (n - 1)]


def token_gaps(trace: Trace) -> list[float]:
    """Give every token the time at which it would have come, had its chunk been spread evenly."""
    assert trace.chunk_tokens is not None
    moments = [float(trace.chunk_ns[0])] * trace.chunk_tokens[0]
    for before, at, k in zip(
        trace.chunk_ns, trace.chunk_ns[1:], trace.chunk_tokens[1:], strict=False
    ):
        moments += [before + (at - before) * (j + 1) / k for j in range(k)]
    return [(after - before) / 1e9 for before, after in pairwise(moments)]


def same(mine: float | None, other: float | None) -> bool:
    if mine is None or other is None:
        return mine is other
    return math.isclose(mine, other, rel_tol=1e-9, abs_tol=1e-12)


@settings(max_examples=60, deadline=None)
@given(load=loads)
@pytest.mark.parametrize(("name", "share"), [("p50", 0.5), ("p90", 0.9), ("p95", 0.95)])
def test_percentiles_of_requests(load: list[Trace], name: str, share: float) -> None:
    ways: dict[str, Callable[[Trace], list[float]]] = {
        "ttft": lambda trace: [(trace.chunk_ns[0] - trace.sent_ns) / 1e9],
        "e2e": lambda trace: [whole_s(trace)],
        "ntpot": lambda trace: [whole_s(trace) / sum(trace.chunk_tokens or ())],
        "tpot": pace,
        "itl": token_gaps,
    }
    for quantity, way in ways.items():
        assert same(found(load, f"{quantity}_{name}"), slowly(load, way, share)), quantity


@settings(max_examples=60, deadline=None)
@given(load=loads, limit=st.floats(min_value=1.0, max_value=5000.0))
def test_rates_of_loads(load: list[Trace], limit: float) -> None:
    good = [trace for trace in load if trace.failure is None]
    window = (max(t.ended_ns for t in load) - min(t.sent_ns for t in load)) / 1e9
    kept = [t for t in good if (max(t.chunk_ns) - (t.due_ns or 0)) / 1e6 <= limit * (1 + 1e-12)]
    n_out = sum(sum(t.chunk_tokens or ()) for t in good)

    assert same(found(load, "error_rate"), (len(load) - len(good)) / len(load))
    assert same(found(load, "out_tps"), n_out / window if good else None)
    assert same(found(load, "rps"), len(good) / window if good else None)
    assert same(found(load, "attainment", Slo(e2e_ms=limit)), len(kept) / len(load))
    assert same(found(load, "goodput", Slo(e2e_ms=limit)), len(kept) / window)


@settings(max_examples=60, deadline=None)
@given(spans=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), min_size=1, max_size=8))
def test_requests_under_way(spans: list[tuple[int, int]]) -> None:
    load = [Trace(sent_ns=sent, ended_ns=sent + took) for sent, took in spans]
    ordered = sorted(load, key=lambda trace: trace.sent_ns)
    before = [
        sum(other.ended_ns > trace.sent_ns for other in ordered[:place])
        for place, trace in enumerate(ordered)
    ]
    assert in_flight_when_sent(load) == before


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(1e-6, 1e6), st.integers(min_value=0, max_value=4)),
        min_size=1,
        max_size=8,
    )
)
def test_rounds_are_averaged_by_weight(rows: list[tuple[float, int]]) -> None:
    values = np.array([[value] for value, _ in rows])
    weights = np.array([[weight for _, weight in rows]], dtype=float)
    repeated = [value for value, weight in rows for _ in range(weight)]

    geometric = Latency(quantity="tpot_p50").reduce(values, weights)[0, 0]
    plain = Latency(quantity="attainment").reduce(values, weights)[0, 0]

    if not repeated:
        assert np.isnan(geometric)
        assert np.isnan(plain)
        return
    product = math.exp(math.fsum(map(math.log, repeated)) / len(repeated))
    assert math.isclose(geometric, product, rel_tol=1e-9)
    assert math.isclose(plain, math.fsum(repeated) / len(repeated), rel_tol=1e-9)
