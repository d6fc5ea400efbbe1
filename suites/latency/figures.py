"""The charts of a load test, made from the timed requests themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.core.figure import Figure, FigureKind
from harness.core.profile import LoadProfile, Profile
from harness.core.trace import Trace
from harness.suites.latency.breaches import is_survived
from harness.suites.latency.latencies import E2E, E2E_SCHED, ITL, TTFT, RequestLatency
from harness.suites.latency.latencies import latency_values as values_of
from harness.suites.latency.limits import Slo
from harness.suites.latency.roofline import roofline
from harness.suites.latency.steadiness import unwatched
from harness.suites.latency.throughput_figure import throughput_figures
from harness.suites.latency.timeline import timeline
from harness.suites.latency.view import answered

MOST_QUANTILES = 512
MOST_TIMELINES = 3
"""Load points whose requests are drawn one by one: the first ones, and the last."""
_DRAWN = (
    (TTFT, "Time to the first token"),
    (ITL, "Time between tokens"),
    (E2E_SCHED, "Response time since due"),
    (E2E, "Time to the whole answer"),
)


def figures_of(profiles: Sequence[Profile], slo: Slo | None) -> tuple[Figure, ...]:
    """Return all charts that the rounds allow.

    Args:
        profiles: of all rounds, in their order.
        slo: objectives to draw.
    """
    return tuple(_figures(profiles, slo)) if profiles else ()


def _figures(profiles: Sequence[Profile], slo: Slo | None) -> Iterator[Figure]:
    by_load = points_by_load(profiles)
    yield from throughput_figures(profiles, slo)
    for latency, title in _DRAWN:
        curves = list(_curves(by_load, latency))
        if curves:
            data = {"quantity": latency.id, "unit": "s", "curves": curves}
            yield Figure(kind=FigureKind.LATENCY_DISTRIBUTION, title=title, data=data)
    loads = list(by_load.items())
    for load, points in dict([*loads[: MOST_TIMELINES - 1], *loads[-1:]]).items():
        if answered(points[0].traces):
            yield timeline(load, points[0].traces)
    yield from roofline(profiles)
    yield from _telemetry(by_load)


def points_by_load(profiles: Sequence[Profile]) -> Mapping[str, list[LoadProfile]]:
    """Return the rounds of each load point, by its key."""
    found: dict[str, list[LoadProfile]] = {}
    for profile in profiles:
        for point in profile.points:
            found.setdefault(point.load.key, []).append(point)
    return found


def quantiles(values: Sequence[float]) -> list[float]:
    """Return at most 512 evenly spaced of rising values, the first and the last among them.

    >>> quantiles([1.0, 2.0])
    [1.0, 2.0]
    """
    n = len(values)
    if n <= MOST_QUANTILES:
        return list(values)
    return [values[round(i * (n - 1) / (MOST_QUANTILES - 1))] for i in range(MOST_QUANTILES)]


def _curves(
    by_load: Mapping[str, list[LoadProfile]], latency: RequestLatency
) -> Iterator[dict[str, object]]:
    for load, points in by_load.items():
        whole = filter(is_survived, points)  # as the numbers beside them
        traces: list[Trace] = [trace for point in whole for trace in point.traces]
        values = values_of(traces, latency)
        if values:
            yield {"label": load, "n": len(values), "values": quantiles(values)}


def _telemetry(by_load: Mapping[str, list[LoadProfile]]) -> Iterator[Figure]:
    """Yield what the machine did in a round of each load: one that was not steady if there is."""
    for load, points in by_load.items():
        watched = [point for point in points if point.telemetry.at_ns]
        unsteady = [point for point in watched if point.unstable]
        if not watched:
            continue
        point = (unsteady or watched)[0]
        series = [
            {"name": _words(name), "unit": _unit(name), "values": list(values)}
            for name, values in point.telemetry.series.items()
        ]
        data = {
            "load": load,
            "at_s": [at / 1e9 for at in point.telemetry.at_ns],
            "series": series,
            "unstable": list(point.unstable),
            "unwatched": list(unwatched(point.telemetry.series)),
            "energy": point.sources.get("energy_j", ""),
        }
        yield Figure(kind=FigureKind.TELEMETRY, title=f"The machine at {load}", data=data)


_WORDS = {
    "rss_bytes": "memory of the process",
    "swapped_bytes": "memory swapped out",
    "cpu_mhz": "processor clock",
    "cpu_temperature_c": "processor temperature",
    "cpu_steal_percent": "processor time given to other machines (steal)",
    "other_cpu_percent": "processor time of other programs",
    "gpu_sm_mhz": "GPU clock",
    "gpu_memory_mhz": "GPU memory clock",
    "gpu_temperature_c": "GPU temperature",
    "gpu_power_w": "GPU power",
    "gpu_used_bytes": "GPU memory in use",
    "gpu_other_processes": "other programs on the GPU",
}


def _words(name: str) -> str:
    """Return what a reader calls a series; names of probes to come are told as they are."""
    return _WORDS.get(name, name.replace("_", " "))


_UNITS = {"mhz": "MHz", "c": "°C", "w": "W", "bytes": "B", "pct": "%", "percent": "%", "j": "J"}


def _unit(name: str) -> str:
    """Return the unit that stands at the end of a series' name; empty where none does."""
    return _UNITS.get(name.rpartition("_")[2], "")
