"""Energy over a stretch of time, by the best means at hand, which is always named.

A device's own counter is best. Power that is polled and added up misses what happens between two
polls: data-centre devices average over a quarter of the time only (arXiv 2312.02741). RAPL counts
the packages of the processor and not its memory on every model. What codecarbon says of a
processor that it cannot read is an estimate from a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

SHORTEST_S = 10.0
"""Counters are updated some ten times a second and less; shorter stretches read wrong."""
RAPL_ROOT = Path("/sys/class/powercap")
_NS_PER_S = 1e9
_J_PER_KWH = 3.6e6


class Meter(Protocol):
    """Measures from its first sample to its last one."""

    @property
    def source(self) -> str:
        """How: ``nvml_counter``, ``nvml_power_integral``, ``rapl``, ``estimate``."""
        ...

    def sample(self, at_ns: int) -> None:
        """Read, at a moment of any clock."""
        ...

    def joules(self) -> float | None:
        """Return what was drawn between the first sample and the last; None where unreadable."""
        ...


def counted(readings: Sequence[float], wrap: float | None = None) -> float:
    """Return what a counter that only rises has counted.

    >>> counted([90.0, 95.0, 3.0], wrap=100.0)
    13.0

    Args:
        readings: in order, so dense that it wraps at most once between two.
        wrap: the value at which it starts again from 0; None where it never does.
    """
    steps = [later - earlier for earlier, later in pairwise(readings)]
    return float(sum(step if step >= 0 or wrap is None else step + wrap for step in steps))


def integrated(at_ns: Sequence[int], watts: Sequence[float]) -> float:
    """Return the joules under readings of power, by the trapezoidal rule.

    >>> integrated([0, 2_000_000_000], [100.0, 200.0])
    300.0
    """
    pairs = pairwise(zip(at_ns, watts, strict=True))
    doubled = sum((late - early) * (one + other) for (early, one), (late, other) in pairs)
    return doubled / 2 / _NS_PER_S


@dataclass(slots=True)
class CounterMeter:
    """A counter of energy, such as the driver's of a device."""

    source: str
    read_j: Callable[[], float | None]
    _readings: list[float] = field(default_factory=list)

    def sample(self, at_ns: int) -> None:  # noqa: ARG002 - a counter needs no clock
        """Read the counter."""
        found = self.read_j()
        if found is not None:
            self._readings.append(found)

    def joules(self) -> float | None:
        """Return how far it went."""
        return counted(self._readings) if len(self._readings) > 1 else None


@dataclass(slots=True)
class PowerMeter:
    """Readings of power, added up."""

    source: str
    read_w: Callable[[], float | None]
    _at_ns: list[int] = field(default_factory=list)
    _watts: list[float] = field(default_factory=list)

    def sample(self, at_ns: int) -> None:
        """Read the power."""
        found = self.read_w()
        if found is not None:
            self._at_ns.append(at_ns)
            self._watts.append(found)

    def joules(self) -> float | None:
        """Return the area below the readings."""
        return integrated(self._at_ns, self._watts) if len(self._watts) > 1 else None


@dataclass(slots=True)
class RaplMeter:
    """The energy counters of a processor's packages, which start again from 0 within minutes."""

    packages: Sequence[Path]
    _readings: list[list[float]] = field(default_factory=list)

    @property
    def source(self) -> str:
        """Intel's name, which AMD's processors answer to as well."""
        return "rapl"

    def sample(self, at_ns: int) -> None:  # noqa: ARG002 - a counter needs no clock
        """Read all packages."""
        self._readings.append([_number(package / "energy_uj") for package in self.packages])

    def joules(self) -> float | None:
        """Return how far the counters went, added up."""
        if len(self._readings) <= 1:
            return None
        wraps = [_number(package / "max_energy_range_uj") for package in self.packages]
        columns = zip(*self._readings, strict=True)
        return sum(counted(one, wrap) for one, wrap in zip(columns, wraps, strict=True)) / 1e6


@dataclass(slots=True)
class EstimateMeter:
    """codecarbon, where nothing can be read: the processor's nominal power times its use.

    Args:
        new_tracker: makes one that was not started.
    """

    new_tracker: Callable[[], Any]
    _tracker: Any = None

    @property
    def source(self) -> str:
        """It is no measurement."""
        return "estimate"

    def sample(self, at_ns: int) -> None:  # noqa: ARG002 - it has a clock and a thread of its own
        """Start with the first sample."""
        if self._tracker is None:
            self._tracker = self.new_tracker()
            self._tracker.start()

    def joules(self) -> float | None:
        """Stop, and return what it says."""
        if self._tracker is None:
            return None
        self._tracker.stop()
        data = self._tracker.final_emissions_data
        return None if data is None else float(data.energy_consumed) * _J_PER_KWH


def rapl_packages(root: Path = RAPL_ROOT) -> tuple[list[Path], str]:
    """Return the packages whose counters may be read, or none and the reason."""
    found = sorted(root.glob("intel-rapl:*"))
    # Names with one colon are packages, those with two are parts of one.
    packages = [path for path in found if path.name.count(":") == 1]
    if not packages:
        return [], "the processor's energy counters (RAPL) are not there"
    try:
        for package in packages:
            _number(package / "energy_uj")
    except PermissionError:
        return [], "the processor's energy counters (RAPL) may be read by root only"
    except OSError as error:
        return [], f"the processor's energy counters (RAPL) cannot be read ({error.strerror})"
    return packages, ""


def _number(file: Path) -> float:
    return float(file.read_text(encoding="ascii"))
