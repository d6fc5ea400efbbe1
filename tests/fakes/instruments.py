"""A machine that is made up: psutil, NVIDIA's driver, the kernel's files."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

ToldT = TypeVar("ToldT")
CpuTimes = namedtuple("CpuTimes", "user nice system idle iowait irq softirq steal guest guest_nice")  # noqa: PYI024 - psutil's own form


class FakePsutilError(Exception):
    pass


@dataclass
class FakeProcess:
    pid: int
    rss: int
    spent_s: float = 0.0
    is_gone: bool = False
    offspring: list[FakeProcess] = field(default_factory=list)

    def memory_info(self) -> Any:
        if self.is_gone:
            raise FakePsutilError
        return SimpleNamespace(rss=self.rss)

    def cpu_times(self) -> Any:
        if self.is_gone:
            raise FakePsutilError
        return SimpleNamespace(user=self.spent_s, system=0.0)

    def children(self, *, recursive: bool) -> list[FakeProcess]:
        assert recursive
        return self.offspring


@dataclass
class FakePsutil:
    """What of psutil the probe uses; a missing feature is set to None, or raises."""

    process: FakeProcess
    others: dict[int, FakeProcess] = field(default_factory=dict)
    load: float = 0.5
    mhz: float | None = 2000.0
    celsius: float | None = 50.0
    user: float = 0.0
    idle: float = 0.0
    steal: float = 0.0
    guest: float = 0.0
    connections: list[Any] = field(default_factory=list)
    n_searches: int = 0

    Error = FakePsutilError

    def Process(self, pid: int | None = None) -> FakeProcess:  # noqa: N802 - psutil's name
        return self.process if pid is None else self.others[pid]

    def net_connections(self, kind: str) -> list[Any]:
        assert kind == "tcp"
        self.n_searches += 1
        return self.connections

    def cpu_count(self) -> int:
        return 4

    def getloadavg(self) -> tuple[float, float, float]:
        return self.load, 9.0, 9.0

    def cpu_freq(self) -> Any:
        return None if self.mhz is None else SimpleNamespace(current=self.mhz)

    def sensors_temperatures(self) -> dict[str, list[Any]]:
        if self.celsius is None:
            raise AttributeError("no sensors on this platform")
        hot, cold = SimpleNamespace(current=self.celsius), SimpleNamespace(current=20.0)
        return {"nvme": [SimpleNamespace(current=99.0)], "coretemp": [cold, hot]}

    def cpu_times(self) -> CpuTimes:
        return CpuTimes(
            self.user + self.guest, 0.0, 0.0, self.idle, 0.0, 0.0, 0.0, self.steal, self.guest, 0.0
        )


class FakeNvmlError(Exception):
    pass


@dataclass
class FakeGpu:
    sm_mhz: float | None = 1980.0
    memory_mhz: float = 2619.0
    celsius: float = 60.0
    milliwatts: float | None = 300_000.0
    millijoules: float | None = 5_000_000.0
    used: int = 4 << 30
    mask: int = 0
    pids: tuple[int, ...] | None = ()


class FakeNvml:
    """What of pynvml the probe uses; a handle is the device itself."""

    NVML_CLOCK_SM, NVML_CLOCK_MEM, NVML_TEMPERATURE_GPU = 1, 2, 0
    NVMLError = FakeNvmlError

    def nvmlDeviceGetClockInfo(self, gpu: FakeGpu, kind: int) -> float:  # noqa: N802 - NVML's names, here and below
        return told(gpu.sm_mhz if kind == self.NVML_CLOCK_SM else gpu.memory_mhz)

    def nvmlDeviceGetTemperature(self, gpu: FakeGpu, _sensor: int) -> float:  # noqa: N802
        return gpu.celsius

    def nvmlDeviceGetPowerUsage(self, gpu: FakeGpu) -> float:  # noqa: N802
        return told(gpu.milliwatts)

    def nvmlDeviceGetTotalEnergyConsumption(self, gpu: FakeGpu) -> float:  # noqa: N802
        return told(gpu.millijoules)

    def nvmlDeviceGetMemoryInfo(self, gpu: FakeGpu) -> Any:  # noqa: N802
        return SimpleNamespace(used=gpu.used)

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, gpu: FakeGpu) -> int:  # noqa: N802
        return gpu.mask

    def nvmlDeviceGetComputeRunningProcesses(self, gpu: FakeGpu) -> list[Any]:  # noqa: N802
        return [SimpleNamespace(pid=pid) for pid in told(gpu.pids)]


def told(value: ToldT | None) -> ToldT:
    if value is None:
        raise FakeNvmlError("Not Supported")
    return value


def rapl_tree(root: Path, **microjoules: int) -> Path:
    """Write a tree like /sys/class/powercap: packages, one of them with a part."""
    for name, value in microjoules.items():
        folder = root / name.replace("_", ":").replace("intel:rapl", "intel-rapl")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "energy_uj").write_text(f"{value}\n", encoding="ascii")
        (folder / "max_energy_range_uj").write_text("1000000000\n", encoding="ascii")
    return root
