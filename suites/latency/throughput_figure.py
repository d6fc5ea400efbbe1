"""Latency over throughput, as the load grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean

from harness.core.figure import Figure, FigureKind
from harness.core.load import Load
from harness.core.profile import LoadProfile
from harness.core.score import Unscored
from harness.core.trace import Trace
from harness.stats.quantiles import linear_quantile
from harness.suites.latency.across_loads import knee_point
from harness.suites.latency.latencies import (
    E2E,
    E2E_SCHED,
    FEWEST,
    TPOT,
    TTFT,
    RequestLatency,
    latency_values,
)
from harness.suites.latency.limits import Slo
from harness.suites.latency.throughput import good_traces, offered_rate
from harness.suites.latency.view import answered, total, window_s

ByLoad = Mapping[str, list[LoadProfile]]


@dataclass(frozen=True, slots=True)
class _Axes:
    """What one chart has upwards."""

    latency: RequestLatency
    title: str
    limit: Callable[[Slo], float | None]


_TTFT = _Axes(TTFT, "ttft p50, ms", lambda slo: slo.ttft_ms)
_TPOT = _Axes(TPOT, "tpot p50, ms", lambda slo: slo.tpot_ms)
_E2E = _Axes(E2E, "e2e p50, ms", lambda slo: slo.e2e_ms)
_RESPONSE = _Axes(E2E_SCHED, "e2e_sched p50, ms", lambda slo: slo.e2e_ms)


def throughput_figures(by_load: ByLoad, slo: Slo | None) -> Iterator[Figure]:
    """Yield a chart for each kind of load that has several points.

    Closed loops and batches against what came out of the model per second; open loops against the
    rate that was offered, with the knee.
    """
    closed = _of(by_load, lambda load: load.concurrency is not None)
    opened = _of(by_load, lambda load: load.rate_per_s is not None)
    batched = _of(by_load, lambda load: load.batch_size is not None)
    for axes in (_TTFT, _TPOT, _E2E):
        yield from _figure(closed, axes, "output tokens/s", _tokens_out, slo)
    yield from _figure(batched, _E2E, "items/s", _items, slo)
    for axes in (_TTFT, _RESPONSE):
        yield from _figure(opened, axes, "offered requests/s", offered_rate, slo)


def _of(by_load: ByLoad, is_wanted: Callable[[Load], bool]) -> ByLoad:
    return {key: points for key, points in by_load.items() if is_wanted(points[0].load)}


def _figure(
    by_load: ByLoad,
    axes: _Axes,
    x_title: str,
    throughput: Callable[[Sequence[Trace]], float | None],
    slo: Slo | None,
) -> Iterator[Figure]:
    series: dict[str, list[dict[str, object]]] = {}
    for key, points in by_load.items():
        point = _point(key, points, axes.latency, throughput, slo)
        if point is not None:
            series.setdefault(_label(points[0].load), []).append(point)
    if not any(len(points) > 1 for points in series.values()):
        return
    data = {
        "x_title": x_title,
        "y_title": axes.title,
        "slo": None if slo is None else axes.limit(slo),
        "series": [{"label": label, "points": points} for label, points in series.items()],
        "knee": _knee(by_load, series, slo),
    }
    title = f"{axes.latency.id} over {x_title}"
    yield Figure(kind=FigureKind.THROUGHPUT_LATENCY, title=title, data=data)


def _label(load: Load) -> str:
    if load.batch_size is not None:
        return f"in={load.n_input_tokens}"
    return f"in={load.n_input_tokens},out={load.n_output_tokens}"


def _point(
    key: str,
    points: Sequence[LoadProfile],
    latency: RequestLatency,
    throughput: Callable[[Sequence[Trace]], float | None],
    slo: Slo | None,
) -> dict[str, object] | None:
    """Return one load: medians and rates averaged over rounds as the tables do."""
    rates = [rate for rate in (throughput(point.traces) for point in points) if rate]
    rounds = [latency_values(point.traces, latency) for point in points]
    medians = [linear_quantile(values, 0.5) for values in rounds if values]
    if not rates or not medians or min(medians) <= 0:
        return None
    has_tail = all(len(values) >= FEWEST["p99"] for values in rounds)
    tails = [linear_quantile(values, 0.99) for values in rounds] if has_tail else []
    return {
        "load": key,
        "x": geometric_mean(rates),
        "y": geometric_mean(medians) * 1e3,
        "y_p99": geometric_mean(tails) * 1e3 if tails else None,
        "attainment": _attainment(points, slo),
    }


def _attainment(points: Sequence[LoadProfile], slo: Slo | None) -> float | None:
    if slo is None:
        return None
    found = [(good_traces(point.traces, slo), len(point.traces)) for point in points]
    shares = [len(good) / n for good, n in found if not isinstance(good, Unscored)]
    return fmean(shares) if len(shares) == len(found) else None


def _knee(
    by_load: ByLoad, series: Mapping[str, list[dict[str, object]]], slo: Slo | None
) -> dict[str, object] | None:
    """Return the point of the lowest knee of any round, as the tables do; None with several shapes.

    A round without a knee has no part in it, here and there.
    """
    loads = [points[0].load for points in by_load.values()]
    if len(series) != 1 or any(load.rate_per_s is None for load in loads):
        return None
    rounds = zip(*by_load.values(), strict=False)  # one that was given up has no part in it
    knees = [knee_point(points, slo) for points in rounds]
    best = [knee.load for knee in knees if isinstance(knee, LoadProfile)]
    if not best:
        return None
    lowest = min(best, key=lambda load: load.rate_per_s or 0.0)
    drawn = next(iter(series.values()))
    found = next((point for point in drawn if point["load"] == lowest.key), None)
    return None if found is None else {key: found[key] for key in ("load", "x", "y")}


def _tokens_out(traces: Sequence[Trace]) -> float | None:
    return _rate(traces, total(trace.n_output_tokens for trace in answered(traces)))


def _items(traces: Sequence[Trace]) -> float | None:
    return _rate(traces, sum(trace.n_items for trace in answered(traces)))


def _rate(traces: Sequence[Trace], n: int | None) -> float | None:
    seconds = window_s(traces)
    return n / seconds if n and seconds > 0 else None
