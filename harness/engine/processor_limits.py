"""How much of the processor a program may use: the threads it is told to start, its quota."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from harness.core.machine import UNLIMITED

_THREADS = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_THREAD_LIMIT",
)  # fmt: skip
"""What libraries that compute take their number of threads from."""
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


def processor_limits() -> dict[str, str]:
    """Return both, as text; ``UNLIMITED`` where nothing is set.

    Torch takes its threads from the first three variables too. What a program sets by itself
    belongs to the model's settings.
    """
    quota = cpu_quota()
    return {
        "threads": thread_settings(os.environ) or UNLIMITED,
        "cpu_quota": UNLIMITED if quota is None else f"{quota:g} cores",
    }


def thread_settings(environment: Mapping[str, str]) -> str:
    """Return the variables that set a number of threads.

    >>> thread_settings({"OMP_NUM_THREADS": "4", "HOME": "/"})
    'OMP_NUM_THREADS=4'
    """
    found = (f"{name}={environment[name]}" for name in _THREADS if environment.get(name))
    return ", ".join(found)


def cpu_quota(cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> float | None:
    """Return the cores' worth of time that a container may use, the least of all around it.

    Args:
        cgroups: where the kernel shows its control groups, of version 2 or 1.
        own: in which of them this process is.

    Returns:
        None where there is no limit, or no such groups.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        return None
    quotas: list[float] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for folder in _folders(cgroups, controllers):
            quotas += _quotas(folder, PurePosixPath(path))
    return min(quotas, default=None)


def _folders(cgroups: Path, controllers: str) -> tuple[Path, ...]:
    """Return where groups of one hierarchy are; none where it does not deal with the processor."""
    if not controllers:  # version 2
        return cgroups, cgroups / "unified"
    if "cpu" not in controllers.split(","):
        return ()
    return tuple({cgroups / controllers, cgroups / "cpu"})


def _quotas(folder: Path, path: PurePosixPath) -> Iterator[float]:
    """Yield the limits of a group and of those around it, as far as a container may see them."""
    for group in (path, *path.parents):
        found = _quota(folder / str(group).lstrip("/"))
        if found is not None:
            yield found


def _quota(group: Path) -> float | None:
    try:
        if (group / "cpu.max").exists():
            quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
        else:
            names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            quota, period = ((group / name).read_text(encoding="ascii").strip() for name in names)
        return float(quota) / float(period) if float(quota) > 0 else None
    except (OSError, ValueError):  # no group of this name, or "max"
        return None
