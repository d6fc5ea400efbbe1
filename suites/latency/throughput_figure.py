"""Latency over throughput, as the load grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.core.figure import Figure, FigureKind
from harness.core.load import Load
from harness.core.profile import Profile
from harness.suites.latency.latencies import E2E, E2E_SCHED, TPOT, TTFT, RequestLatency
from harness.suites.latency.limits import Slo
from harness.suites.latency.metric import Latency

Loads = Sequence[Load]


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
_TOKENS_OUT = ("out_tps", "output tokens/s")
_ITEMS = ("items_per_s", "items/s")
_OFFERED = ("offered_rps", "offered requests/s")


def throughput_figures(profiles: Sequence[Profile], slo: Slo | None) -> Iterator[Figure]:
    """Yield a chart for each kind of load that has several points, of the numbers of the tables.

    Closed loops and batches against what came out of the model per second; open loops against the
    rate that was offered, with the knee.
    """
    loads = dict.fromkeys(point.load for profile in profiles for point in profile.points)
    rounds = _Rounds(profiles, slo)
    closed = [load for load in loads if load.concurrency is not None]
    opened = [load for load in loads if load.rate_per_s is not None]
    batched = [load for load in loads if load.batch_size is not None]
    for axes in (_TTFT, _TPOT, _E2E):
        yield from _figure(closed, axes, _TOKENS_OUT, rounds)
    yield from _figure(batched, _E2E, _ITEMS, rounds)
    for axes in (_TTFT, _RESPONSE):
        yield from _figure(opened, axes, _OFFERED, rounds)


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Where the numbers of a chart come from: the metrics that the tables are made of."""

    profiles: Sequence[Profile]
    slo: Slo | None

    def value(self, quantity: str, load: str) -> float | None:
        """Return what a number came to over all rounds; None where no round has it."""
        return Latency(quantity=quantity, load=load, slo=self.slo).over_rounds(self.profiles)


def _figure(
    loads: Loads, axes: _Axes, throughput: tuple[str, str], rounds: _Rounds
) -> Iterator[Figure]:
    quantity, x_title = throughput
    series: dict[str, list[dict[str, object]]] = {}
    for load in loads:
        point = _point(load, axes.latency, quantity, rounds)
        if point is not None:
            series.setdefault(_label(load), []).append(point)
    if not any(len(points) > 1 for points in series.values()):
        return
    data = {
        "x_title": x_title,
        "y_title": axes.title,
        "slo": None if rounds.slo is None else axes.limit(rounds.slo),
        "series": [{"label": label, "points": points} for label, points in series.items()],
        "knee": _knee(loads, series, rounds),
    }
    title = f"{axes.latency.id} over {x_title}"
    yield Figure(kind=FigureKind.THROUGHPUT_LATENCY, title=title, data=data)


def _label(load: Load) -> str:
    if load.batch_size is not None:
        return f"in={load.n_input_tokens}"
    return f"in={load.n_input_tokens},out={load.n_output_tokens}"


def _point(
    load: Load, latency: RequestLatency, throughput: str, rounds: _Rounds
) -> dict[str, object] | None:
    x = rounds.value(throughput, load.key)
    y, y_p99 = (rounds.value(f"{latency.id}_{name}", load.key) for name in ("p50", "p99"))
    if not x or not y:
        return None
    return {
        "load": load.key,
        "x": x,
        "y": y * 1e3,
        "y_p99": None if y_p99 is None else y_p99 * 1e3,
        "attainment": rounds.value("attainment", load.key),
    }


def _knee(
    loads: Loads, series: Mapping[str, list[dict[str, object]]], rounds: _Rounds
) -> dict[str, object] | None:
    """Return the point of the knee; None with several shapes, or where no rate is sustained."""
    if len(series) != 1 or any(load.rate_per_s is None for load in loads):
        return None
    ((shape, drawn),) = series.items()
    rate = rounds.value("knee", shape)
    keys = {load.key for load in loads if load.rate_per_s == rate}
    found = next((point for point in drawn if point["load"] in keys), None)
    return None if found is None else {key: found[key] for key in ("load", "x", "y")}
