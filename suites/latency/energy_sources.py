"""The best means at hand to measure energy, and the power of a machine at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.suites.latency.energy import (
    RAPL_ROOT,
    SHORTEST_S,
    CounterMeter,
    EstimateMeter,
    Meter,
    PowerMeter,
    RaplMeter,
    rapl_packages,
)
from harness.suites.latency.nvidia_probe import NvidiaProbe

_NS_PER_S = 1e9


def meter_of(
    device: NvidiaProbe | None,
    *,
    rapl_root: Path = RAPL_ROOT,
    load: Callable[[str], Any] = import_module,
) -> Meter | str:
    """Return a meter, or why there is none.

    Args:
        device: of the model; None where it runs on the processor.
        rapl_root: where the kernel shows the processor's counters.
        load: imports a package.
    """
    if device is not None:
        if device.energy_j() is not None:
            return CounterMeter("nvml_counter", device.energy_j)
        if device.power_w() is not None:
            return PowerMeter("nvml_power_integral", device.power_w)
        return "the device's driver tells neither energy nor power"
    packages, reason = rapl_packages(rapl_root)
    if packages:
        return RaplMeter(packages)
    try:
        codecarbon = load("codecarbon")
    except ImportError:
        return f"{reason}, and the package codecarbon, which estimates, is not installed"
    return EstimateMeter(lambda: _tracker(codecarbon))


def idle_power_w(meter: Meter, *, seconds: float = SHORTEST_S) -> float | None:
    """Return the mean power while nothing is asked of the machine, in watts.

    Args:
        meter: a new one.
        seconds: how long to wait.
    """
    meter.sample(time.perf_counter_ns())
    began = time.perf_counter_ns()  # behind the meter, which may take seconds to start
    time.sleep(seconds)
    meter.sample(time.perf_counter_ns())
    ended = time.perf_counter_ns()
    joules = meter.joules()
    return None if joules is None else joules / ((ended - began) / _NS_PER_S)


def _tracker(codecarbon: Any) -> Any:
    # Offline: the other tracker asks the network where it is. The country matters for carbon only.
    return codecarbon.OfflineEmissionsTracker(
        country_iso_code="USA", save_to_file=False, log_level="critical", measure_power_secs=1
    )
