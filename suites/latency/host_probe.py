"""What this machine and this process are doing, as psutil and the kernel's files tell it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from harness.suites.latency.descendants import descendants
from harness.suites.latency.server_processes import server_processes

_VMSTAT = Path("/proc/vmstat")
_PAGES = ("pswpin ", "pswpout ")


@dataclass(frozen=True, slots=True)
class _Spent:
    """Seconds of processor time, added up over the cores since the machine started."""

    everybody: float
    stolen: float
    idle: float
    this_process: float
    server: Mapping[int, float] | None
    """By the processes that answer, each by its number; None where no process of this machine
    does."""


@dataclass(slots=True)
class HostProbe:
    """Readings of the machine; what cannot be read on this platform is absent.

    Args:
        psutil: the package, or what stands in for it.
        vmstat: the kernel's counters of memory pages.
        find_children: of a process; None where that has to be left to psutil.
        find_server: the processes that answer this one, whose work is no other's; None where no
            process of this machine does. Where it finds none, nobody can tell who else works. It
            is asked once, with the first reading: it takes long enough to delay a request.
    """

    psutil: Any
    vmstat: Path = _VMSTAT
    find_children: Callable[[int], list[int] | None] = descendants
    find_server: Callable[[], list[Any]] | None = None
    _server: list[Any] | None = None
    _processes: list[Any] = field(default_factory=list)
    _before: _Spent | None = None

    def rss_bytes(self) -> float:
        """Return what this process and its children hold in memory; shared pages count in each."""
        return float(sum(filter(None, map(self._rss_of, self._processes or self._family()))))

    def read(self) -> Mapping[str, float]:
        """Return the readings by name with unit; shares are of the time since the last call."""
        self._processes = self._family()
        readings = {
            "load_average": self._load_average(),
            "cpu_mhz": self._clock_mhz(),
            "cpu_temperature_c": self._temperature_c(),
            "swapped_bytes": self._swapped_bytes(),
            **self._shares(),
        }
        return {name: value for name, value in readings.items() if value is not None}

    @property
    def n_cores(self) -> int:
        """Logical cores of the machine."""
        return self.psutil.cpu_count() or 1

    def _family(self) -> list[Any]:
        process = self.psutil.Process()
        pids = self.find_children(process.pid)
        try:
            # psutil looks at every process of the machine, which costs milliseconds.
            children = process.children(recursive=True) if pids is None else self._known(pids)
        except self.psutil.Error:  # a child ended while the others were looked for
            children = []
        return [process, *children]

    def _known(self, pids: Sequence[int]) -> list[Any]:
        before = {process.pid: process for process in self._processes}
        return [before.get(pid) or self.psutil.Process(pid) for pid in pids]

    def _rss_of(self, process: Any) -> int:
        try:
            return int(process.memory_info().rss)
        except self.psutil.Error:  # it ended
            return 0

    def _load_average(self) -> float | None:
        try:
            return float(self.psutil.getloadavg()[0])
        except (OSError, AttributeError):
            return None

    def _clock_mhz(self) -> float | None:
        try:
            frequency = self.psutil.cpu_freq()
        except (OSError, NotImplementedError, AttributeError, RuntimeError):
            return None
        # Some virtual machines tell 0.
        return float(frequency.current) or None if frequency is not None else None

    def _temperature_c(self) -> float | None:
        try:
            sensors = self.psutil.sensors_temperatures()
        except (OSError, AttributeError):  # psutil has it on some platforms only
            return None
        wanted = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "acpitz")
        chosen = next((sensors[name] for name in wanted if sensors.get(name)), ())
        found = [sensor.current for sensor in chosen if sensor.current is not None]
        return float(max(found)) if found else None

    def _swapped_bytes(self) -> float | None:
        try:
            lines = self.vmstat.read_text(encoding="ascii").splitlines()
        except OSError:  # no Linux
            return None
        pages = [int(line.split()[1]) for line in lines if line.startswith(_PAGES)]
        return float(sum(pages) * os.sysconf("SC_PAGE_SIZE")) if pages else None

    def _shares(self) -> dict[str, float | None]:
        now, before = self._spent(), self._before
        self._before = now
        if before is None or now.everybody <= before.everybody:
            return {}
        passed = now.everybody - before.everybody
        stolen, idle = now.stolen - before.stolen, now.idle - before.idle
        shares: dict[str, float | None] = {"cpu_steal_percent": 100 * max(0.0, stolen) / passed}
        served = _served(now, before)
        if served is not None:
            # A child that ended since then would make the difference negative.
            own = max(0.0, now.this_process - before.this_process)
            others = max(0.0, passed - idle - stolen - own - served)
            shares["other_cpu_percent"] = 100 * others / passed
        return shares

    def _spent(self) -> _Spent:
        times = self.psutil.cpu_times()
        # A guest's time is counted in the user's as well.
        doubles = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        return _Spent(
            everybody=sum(times) - doubles,
            stolen=getattr(times, "steal", 0.0),
            idle=times.idle + getattr(times, "iowait", 0.0),
            this_process=sum(map(self._spent_by, self._processes or self._family())),
            server=self._spent_by_server(),
        )

    def _spent_by_server(self) -> Mapping[int, float] | None:
        if self.find_server is None:
            return None
        if self._server is None:
            self._server = self.find_server()
        return {process.pid: self._spent_by(process) for process in self._server}

    def _spent_by(self, process: Any) -> float:
        try:
            times = process.cpu_times()
        except self.psutil.Error:  # it ended
            return 0.0
        return float(times.user + times.system)


def _served(now: _Spent, before: _Spent) -> float | None:
    """Return the seconds that the server spent in between; None while it is not known."""
    if now.server is None or before.server is None:
        return 0.0
    if not before.server:
        return None
    return sum(max(0.0, spent - before.server[pid]) for pid, spent in now.server.items())


def host_probe(*, is_served: bool = False, server_port: int | None = None) -> HostProbe | None:
    """Return a probe of this machine, or None where psutil is not installed.

    Args:
        is_served: another process of this machine answers.
        server_port: at which it listens; None where that is not known.
    """
    try:
        import psutil
    except ImportError:
        return None
    find_server = partial(server_processes, psutil, server_port) if is_served else None
    return HostProbe(psutil, find_server=find_server)
