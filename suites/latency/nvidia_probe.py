"""What NVIDIA's devices are doing, as their driver tells it (package nvidia-ml-py, optional)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")

THROTTLED = {
    "power_cap": 0x04,
    "hardware_slowdown": 0x08,
    "software_thermal": 0x20,
    "hardware_thermal": 0x40,
    "power_brake": 0x80,
}
"""Reasons for slower clocks that have nothing to do with the load, by NVML's bits."""


@dataclass(frozen=True, slots=True)
class NvidiaProbe:
    """Readings of some devices; what a device or driver does not tell is absent.

    Of several devices it is the lowest clock, the highest temperature, and the sum of the rest.

    Args:
        nvml: the module ``pynvml``, initialised, or what stands in for it.
        handles: of the devices.
        own_pids: processes that are no strangers.
    """

    nvml: Any
    handles: Sequence[Any]
    own_pids: Callable[[], frozenset[int]] = lambda: frozenset({os.getpid()})

    def read(self) -> Mapping[str, float]:
        """Return the readings by name with unit."""
        nvml = self.nvml
        readings = {
            "gpu_sm_mhz": self._least(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_SM),
            "gpu_memory_mhz": self._least(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_MEM),
            "gpu_temperature_c": self._most(
                nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU
            ),
            "gpu_power_w": self.power_w(),
            "gpu_used_bytes": self._sum(lambda handle: nvml.nvmlDeviceGetMemoryInfo(handle).used),
            "gpu_other_processes": self._n_all_strangers(),
            **self._throttling(),
        }
        return {name: value for name, value in readings.items() if value is not None}

    def power_w(self) -> float | None:
        """Return the power drawn, in watts."""
        drawn = self._sum(self.nvml.nvmlDeviceGetPowerUsage)
        return None if drawn is None else drawn / 1e3

    def energy_j(self) -> float | None:
        """Return the energy drawn since the driver was loaded, in joules (Volta and later)."""
        drawn = self._sum(self.nvml.nvmlDeviceGetTotalEnergyConsumption)
        return None if drawn is None else drawn / 1e3

    def _throttling(self) -> dict[str, float | None]:
        reasons = list(self._each(self.nvml.nvmlDeviceGetCurrentClocksThrottleReasons))
        return {
            f"gpu_throttled_{name}": float(any(int(mask) & bit for mask in reasons))
            for name, bit in THROTTLED.items()
            if reasons
        }

    def _n_all_strangers(self) -> float | None:
        own = self.own_pids()
        return self._sum(lambda handle: self._n_strangers(handle, own))

    def _n_strangers(self, handle: Any, own: frozenset[int]) -> float:
        found = {each.pid for each in self.nvml.nvmlDeviceGetComputeRunningProcesses(handle)}
        strangers = found - own
        # In a container the driver tells the numbers of the host, where this process has another.
        is_unknown = bool(found) and strangers == found and _is_cuda_in_use()
        return float(len(strangers) - is_unknown)

    def _least(self, read: Callable[..., Any], *arguments: Any) -> float | None:
        return min(map(float, self._each(read, *arguments)), default=None)

    def _most(self, read: Callable[..., Any], *arguments: Any) -> float | None:
        return max(map(float, self._each(read, *arguments)), default=None)

    def _sum(self, read: Callable[..., Any]) -> float | None:
        found = list(map(float, self._each(read)))
        # A sum over some of the devices would look like one over all.
        return sum(found) if found and len(found) == len(self.handles) else None

    def _each(self, read: Callable[..., ValueT], *arguments: Any) -> Iterator[ValueT]:
        for handle in self.handles:
            try:
                yield read(handle, *arguments)
            except self.nvml.NVMLError:  # this device does not tell
                continue


def nvidia_probe() -> NvidiaProbe | None:
    """Return a probe of the device that this process uses, or None where it uses none."""
    nvml = driver() if _is_cuda_in_use() else None
    if nvml is None:
        return None
    try:
        return NvidiaProbe(nvml, [_handle_of(sys.modules["torch"], nvml)])
    except nvml.NVMLError:  # the driver does not know the device
        return None


def driver() -> Any:
    """Return the module ``pynvml``, initialised; None where the package or the driver is not."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:  # no driver
        return None
    return pynvml


def _is_cuda_in_use() -> bool:
    # Never imported here: asking would start a library that the model may not need.
    torch = sys.modules.get("torch")
    return torch is not None and bool(torch.cuda.is_available() and torch.cuda.is_initialized())


def _handle_of(torch: Any, nvml: Any) -> Any:
    # CUDA counts the visible devices, the driver all of them; the identifier is common to both.
    uuid = torch.cuda.get_device_properties(torch.cuda.current_device()).uuid
    name = str(uuid)
    return nvml.nvmlDeviceGetHandleByUUID(name if name.startswith("GPU-") else f"GPU-{name}")
