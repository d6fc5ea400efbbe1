"""Watches the machine while a model is timed: memory, clocks, company, energy.

A thread reads memory a hundred times a second, and the rest once. What cannot be read is absent,
and never 0.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from types import TracebackType
from typing import Protocol, Self

from harness.core.load import Tier
from harness.core.profile import Telemetry
from harness.suites.latency.energy import SHORTEST_S, Meter
from harness.suites.latency.energy_sources import meter_of
from harness.suites.latency.host_probe import host_probe
from harness.suites.latency.nvidia_probe import NvidiaProbe, nvidia_probe
from harness.suites.latency.server_device import server_device
from harness.suites.latency.server_processes import server_processes
from harness.suites.latency.steadiness import disturbances
from harness.suites.latency.torch_memory import reset_torch_peaks, torch_peaks

_NS_PER_S = 1e9
_LONGEST_SLEEP_S = 0.05
"""By which the end of a watch may come late."""


class Probe(Protocol):
    """Something that can be read time and again."""

    def read(self) -> Mapping[str, float]:
        """Return readings by name with unit; what cannot be read is absent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """What a watch reads."""

    rss_bytes: Callable[[], float] | None
    """Memory of this process and its children; None where it cannot be told."""
    probes: Sequence[Probe]
    meter: Meter | str
    """Of energy; or why there is none."""
    n_cores: int


def instruments(tier: Tier = Tier.IN_PROCESS, *, server_port: int | None = None) -> Instruments:
    """Return what this machine allows.

    Args:
        tier: where the model runs.
        server_port: at which its server listens; None where that is not known.
    """
    host = host_probe(is_served=tier is Tier.LOOPBACK, server_port=server_port)
    device: NvidiaProbe | str | None = None
    if tier is Tier.IN_PROCESS:
        device = nvidia_probe()
    elif tier is Tier.LOOPBACK:
        device = server_device(partial(_server_pids, server_port))
    return Instruments(
        rss_bytes=None if host is None else host.rss_bytes,
        probes=[each for each in (host, device) if each is not None and not isinstance(each, str)],
        # Where a device may be at work that is not read, the processor's energy is not all.
        meter=device if isinstance(device, str) else meter_of(device),
        n_cores=os.cpu_count() or 1 if host is None else host.n_cores,
    )


def _server_pids(port: int | None) -> frozenset[int]:
    try:
        import psutil
    except ImportError:
        return frozenset()
    return frozenset(each.pid for each in server_processes(psutil, port))


@dataclass(slots=True)
class Watch:
    """Watches from ``__enter__`` to ``__exit__``; ask it afterwards."""

    tier: Tier = Tier.IN_PROCESS
    """Where the model runs: what its server does on this machine is no disturbance."""
    server_port: int | None = None
    """At which its server listens; None where there is none, or nobody knows."""
    period_s: float = 0.01
    """Between two readings of memory."""
    slow_period_s: float = 1.0
    """Between two readings of everything else."""
    idle_w: float | None = None
    """Power of the machine at rest, to be taken off; see ``idle_power_w``."""
    given: Instruments | None = None
    """What to read; None for what this machine allows."""
    clock_ns: Callable[[], int] = time.perf_counter_ns
    _seen: Instruments = field(init=False)
    _thread: Thread = field(init=False)
    _stop: Event = field(default_factory=Event)
    _at_ns: list[int] = field(default_factory=list)
    _readings: list[Mapping[str, float]] = field(default_factory=list)
    _rss_peak: float = 0.0
    _joules: float | None = None
    _peaks: Mapping[str, float] = field(default_factory=dict)
    _failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._seen = self.given or instruments(self.tier, server_port=self.server_port)
        reset_torch_peaks()
        self._sample()
        self._thread = Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""
        self._stop.set()
        self._thread.join()
        self._sample()
        self._peaks = torch_peaks()
        if not isinstance(self._seen.meter, str):
            self._joules = self._seen.meter.joules()
        if self._failure is not None and error is None:
            raise self._failure

    def telemetry(self, since_ns: int) -> Telemetry:
        """Return the readings side by side; what never happened (throttling, swaps) is left out.

        Args:
            since_ns: when the load began, on the clock of this watch.
        """
        names = dict.fromkeys(name for reading in self._readings for name in reading)
        series = {name: tuple(each.get(name) for each in self._readings) for name in names}
        return Telemetry(
            at_ns=tuple(at - since_ns for at in self._at_ns),
            series={name: values for name, values in series.items() if _happened(name, values)},
        )

    def resources(self) -> tuple[Mapping[str, float], Mapping[str, str]]:
        """Return what was used, by metric id, and who measured it.

        Of an id that has no value the second mapping may say why.
        """
        values, sources = dict(self._peaks), dict.fromkeys(self._peaks, "torch")
        if self._rss_peak:
            values["mem_rss_peak"] = self._rss_peak
            sources["mem_rss_peak"] = f"sampled every {1e3 * self.period_s:g} ms"
        used = [each["gpu_used_bytes"] for each in self._readings if "gpu_used_bytes" in each]
        if used:
            values["mem_dev_used_peak"] = max(used)
            sources["mem_dev_used_peak"] = f"nvml, sampled every {1e3 * self.slow_period_s:g} ms"
        energy = self._energy()
        if isinstance(energy, str):
            sources["energy_j"] = f"absent: {energy}"
        else:
            values |= energy
            assert not isinstance(self._seen.meter, str)
            sources["energy_j"] = self._seen.meter.source
        return values, sources

    def unstable(self) -> tuple[str, ...]:
        """Return why these figures are not to be relied on, a sentence each."""
        return disturbances(
            self.telemetry(0).series,
            self._seen.n_cores,
            is_served_here=self.tier is Tier.LOOPBACK,
        )

    def _energy(self) -> dict[str, float] | str:
        if isinstance(self._seen.meter, str):
            return self._seen.meter
        passed_s = (self._at_ns[-1] - self._at_ns[0]) / _NS_PER_S
        if passed_s < SHORTEST_S:
            return f"{passed_s:.1f} s are too short, the counters need {SHORTEST_S:g} s"
        if self._joules is None:
            return f"the source {self._seen.meter.source} could not be read"
        if self.idle_w is None:
            return {"energy_j": self._joules}
        net = self._joules - self.idle_w * passed_s
        return {"energy_j": net, "idle_power_w": self.idle_w}

    def _watch(self) -> None:
        try:
            self._read_on()
        except BaseException as error:  # noqa: BLE001 - it is raised where the watch ends
            self._failure = error

    def _read_on(self) -> None:
        next_ns = self.clock_ns() + self.slow_period_s * _NS_PER_S
        while not self._pause():
            self._read_memory()
            if self.clock_ns() >= next_ns:
                self._sample()
                next_ns += self.slow_period_s * _NS_PER_S

    def _pause(self) -> bool:
        # To sleep costs half of what it costs to wait for an event, a hundred times a second.
        if self.period_s > _LONGEST_SLEEP_S:
            return self._stop.wait(self.period_s)
        time.sleep(self.period_s)
        return self._stop.is_set()

    def _read_memory(self) -> None:
        if self._seen.rss_bytes is not None:
            self._rss_peak = max(self._rss_peak, self._seen.rss_bytes())

    def _sample(self) -> None:
        self._read_memory()
        if not isinstance(self._seen.meter, str):
            self._seen.meter.sample(self.clock_ns())
        at_ns = self.clock_ns()  # behind the meter, which may take seconds to start
        readings: dict[str, float] = {}
        for probe in self._seen.probes:
            readings |= probe.read()
        if self._seen.rss_bytes is not None:
            readings["rss_bytes"] = self._seen.rss_bytes()
        self._at_ns.append(at_ns)
        self._readings.append(readings)


def _happened(name: str, values: Sequence[float | None]) -> bool:
    if name.startswith("gpu_throttled_"):
        return any(values)
    return name != "swapped_bytes" or len(set(values)) > 1
