"""The NVIDIA devices that a server of this machine computes on, told by its processes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from harness.suites.latency.nvidia_probe import NvidiaProbe, driver

_NAMESPACE = Path("/proc/self/ns/pid")
_OF_THE_HOST = "pid:[4026531836]"
"""The kernel's own name for the numbers that a driver uses (Linux, PROC_PID_INIT_INO)."""


def server_device(
    find_pids: Callable[[], Collection[int]], *, namespace: Path = _NAMESPACE
) -> NvidiaProbe | str | None:
    """Return a probe of the devices on which a server of this machine computes.

    Args:
        find_pids: the server's processes; not called where there is no device.
        namespace: where the kernel tells whose process numbers these are.

    Returns:
        None where it computes on none, as the memory and energy of a device that it does not use
        are not its own; or why nobody can tell.
    """
    nvml = driver()
    handles = [] if nvml is None else _all_devices(nvml)
    if nvml is None or not handles:
        return None
    pids = frozenset(find_pids())
    if not pids:
        return "the server's processes cannot be found, nor whether they use the NVIDIA device here"
    try:
        used = [handle for handle in handles if pids & _at_work(nvml, handle)]
    except nvml.NVMLError:
        return "the NVIDIA device's driver does not tell which processes use it"
    if used:
        return NvidiaProbe(nvml, used, lambda: pids)
    if _is_contained(namespace):
        return "the NVIDIA device's driver numbers processes unlike this container"
    return None


def _all_devices(nvml: Any) -> Sequence[Any]:
    try:
        return [nvml.nvmlDeviceGetHandleByIndex(at) for at in range(nvml.nvmlDeviceGetCount())]
    except nvml.NVMLError:  # it has just been lost
        return []


def _at_work(nvml: Any, handle: Any) -> frozenset[int]:
    return frozenset(each.pid for each in nvml.nvmlDeviceGetComputeRunningProcesses(handle))


def _is_contained(namespace: Path) -> bool:
    try:
        return str(namespace.readlink()) != _OF_THE_HOST
    except OSError:  # no Linux
        return False
