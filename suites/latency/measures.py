"""The table of everything that a load test measures, by kind of load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain

from harness.core.load import Load
from harness.suites.latency import across_loads, efficiency, latencies, throughput
from harness.suites.latency.limits import Prices, Slo
from harness.suites.latency.measure import Measure

WHOLE = tuple(measure.id for measure in across_loads.WHOLE)
"""Those that hold for no single load."""


@cache
def all_measures() -> Mapping[str, Measure]:
    """Return every measure by its id."""
    found = chain(
        *map(_percentiles, (latencies.GENERATING, latencies.OPEN_LOOP, latencies.READING)),
        throughput.ANY,
        throughput.OF_OBJECTIVES,
        throughput.GENERATING,
        throughput.OPEN_LOOP,
        throughput.READING,
        efficiency.ANY,
        efficiency.GENERATING,
        efficiency.READING,
        (efficiency.COST, across_loads.KNEE),
        across_loads.WHOLE,
    )
    return {measure.id: measure for measure in found}


def measures_of_load(load: Load, slo: Slo | None, prices: Prices | None) -> Iterator[str]:
    """Yield the ids of what is measured of one load point, in the order of tables."""
    if load.batch_size is not None:
        yield from _ids(_percentiles(latencies.READING))
        yield from _ids(throughput.READING)
    else:
        if load.rate_per_s is not None:
            yield from _ids(_percentiles(latencies.OPEN_LOOP))
            yield from _ids(throughput.OPEN_LOOP)
        yield from _ids(_percentiles(latencies.GENERATING))
        yield from _ids(throughput.GENERATING)
    yield from _ids(throughput.ANY)
    if slo is not None:
        yield from _ids(throughput.OF_OBJECTIVES)
    yield from _ids(efficiency.ANY)
    yield from _ids(efficiency.READING if load.batch_size is not None else efficiency.GENERATING)
    if prices is not None and load.batch_size is None:
        yield efficiency.COST.id


def _percentiles(of: Sequence[latencies.RequestLatency]) -> Iterator[Measure]:
    return chain.from_iterable(map(latencies.measures_of, of))


def _ids(measures: Iterable[Measure]) -> Iterator[str]:
    return (measure.id for measure in measures)
