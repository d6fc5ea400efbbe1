"""Whether a machine stood still enough for its figures to be relied on; if not, why, in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from harness.suites.latency.nvidia_probe import THROTTLED

Series = Mapping[str, Sequence[float | None]]

MOST_CLOCK_CHANGE = 0.10
"""Share of the highest clock."""
MOST_STEAL_PERCENT = 2.0
MOST_OTHER_PERCENT = 10.0
"""Share of all cores that other processes may use."""
MOST_SWAPPED_BYTES = 10e6
_CLOCKS = {
    "cpu_mhz": "the processor's clock",
    "gpu_sm_mhz": "the device's clock",
    "gpu_memory_mhz": "the clock of the device's memory",
}


def disturbances(series: Series, n_cores: int, *, is_served_here: bool = False) -> tuple[str, ...]:
    """Return what disturbed the measurement, a sentence each.

    Args:
        series: readings by name, in the order of time.
        n_cores: of the machine.
        is_served_here: the model is another process of this machine. Its work is a part of the
            load average, which tells nothing of others then.
    """
    known = {name: [each for each in values if each is not None] for name, values in series.items()}
    readings = {name: values for name, values in known.items() if values}
    return (
        *([] if is_served_here else _long_queue(readings, n_cores)),
        *_crowding(readings, n_cores),
        *_clock_changes(readings),
        *_throttling(readings),
        *_stolen_time(readings),
    )


def unwatched(series: Series) -> tuple[str, ...]:
    """Return what nobody has looked at, so that nothing can be said of it.

    Args:
        series: readings by name.
    """
    known = {name for name, values in series.items() if any(each is not None for each in values)}
    missing = []
    if "other_cpu_percent" not in known:
        missing.append("what other processes took of the processor")
    if any(name.startswith("gpu_") for name in known) and "gpu_other_processes" not in known:
        missing.append("who else held the device")
    return tuple(missing)


def _long_queue(readings: Mapping[str, list[float]], n_cores: int) -> Iterator[str]:
    load = max(readings.get("load_average", [0.0]))
    if load > n_cores:
        yield f"the load average rose to {load:.1f} on {n_cores} cores"


def _crowding(readings: Mapping[str, list[float]], n_cores: int) -> Iterator[str]:
    others = fmean(readings.get("other_cpu_percent", [0.0]))
    if others > MOST_OTHER_PERCENT:
        yield f"other processes used {others:.0f} % of {n_cores} cores"
    strangers = max(readings.get("gpu_other_processes", [0.0]))
    if strangers:
        yield f"{strangers:.0f} other processes held the device"


def _clock_changes(readings: Mapping[str, list[float]]) -> Iterator[str]:
    for name, words in _CLOCKS.items():
        clocks = readings.get(name, [])
        if clocks and max(clocks) - min(clocks) > MOST_CLOCK_CHANGE * max(clocks):
            yield f"{words} moved between {min(clocks):,.0f} and {max(clocks):,.0f} MHz"


def _throttling(readings: Mapping[str, list[float]]) -> Iterator[str]:
    for name in THROTTLED:
        found = readings.get(f"gpu_throttled_{name}", [])
        if any(found):
            words = name.replace("_", " ")
            yield f"the device was throttled ({words}) in {fmean(found):.0%} of the readings"


def _stolen_time(readings: Mapping[str, list[float]]) -> Iterator[str]:
    stolen = fmean(readings.get("cpu_steal_percent", [0.0]))
    if stolen > MOST_STEAL_PERCENT:
        yield f"the host gave {stolen:.1f} % of the processor's time to other machines (steal)"
    swapped = readings.get("swapped_bytes", [0.0])
    moved = swapped[-1] - swapped[0]
    if moved > MOST_SWAPPED_BYTES:
        yield f"{moved / 1e6:,.0f} MB were swapped"
