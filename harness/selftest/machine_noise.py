"""How late this machine wakes a sleeper: what no client on it can undercut."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from harness.stats.quantiles import linear_quantile

_SLEEP_S = 0.001
_NOISY_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineNoise:
    """Measured while nothing of the self-test runs."""

    oversleep_p50_s: float
    oversleep_p99_s: float
    load_average: float | None
    """Programs that wanted a processor over the last minute; None where the system has none."""
    n_cores: int

    @property
    def is_noisy(self) -> bool:
        """Whether errors of the size of the limits may be the machine's."""
        is_full = self.load_average is not None and self.load_average > self.n_cores
        return is_full or self.oversleep_p99_s > _NOISY_S


def machine_noise(n_sleeps: int = 300) -> MachineNoise:
    """Sleep for a millisecond many times, and see how late one wakes."""
    late = sorted(_oversleep_s() for _ in range(n_sleeps))
    return MachineNoise(
        oversleep_p50_s=linear_quantile(late, 0.5),
        oversleep_p99_s=linear_quantile(late, 0.99),
        load_average=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        n_cores=os.cpu_count() or 1,
    )


def _oversleep_s() -> float:
    began = time.perf_counter()
    time.sleep(_SLEEP_S)
    return time.perf_counter() - began - _SLEEP_S
