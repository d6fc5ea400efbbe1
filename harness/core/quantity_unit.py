"""Units of what was timed: kept in seconds, bytes and joules, read in what suits their size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.core.estimate import Estimate
from harness.core.score import Quantity

_MS_PER_S = 1000.0
_GIB, _MIB = 2.0**30, 2.0**20
_MIB_UP_TO = 10 * _GIB
"""Memory is read in MiB below this."""
_TIMES = (
    "ttfc", "ttft", "ttfa", "tpot", "ntpot", "icl", "itl", "stall_max", "e2e", "lag", "load_s",
    "first_generate", "round_trip",
)  # fmt: skip
_UNITS = (
    (re.compile(rf"({'|'.join(_TIMES)})(_|$)"), "s"),
    (re.compile(r"mem_|.*_bytes$"), "B"),
    (re.compile(r"(.+_)?tps(_|$)"), "tokens/s"),
    (re.compile(r"(.+_)?rps$|goodput$|knee$"), "requests/s"),
    (re.compile(r"(.+_)?ips$|items_per_s"), "items/s"),
    (re.compile(r"energy_j$"), "J"),
    (re.compile(r"j_per_tok$"), "J/token"),
    (re.compile(r"j_per_item$"), "J/item"),
    (re.compile(r"n_in(_|$)|n_out(_|$)"), "tokens"),
)
_STATISTIC = re.compile(r"(.+)_(p\d+|mean|median|min|max)")


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """The unit in which a number is read."""

    word: str
    """Such as ``ms``; empty for a share or a ratio."""
    factor: float = 1.0
    """That a number as kept is multiplied by."""


def unit_of(quantity: Quantity) -> str:
    """Return the unit in which a quantity of rounds is kept; empty for a share or a ratio.

    Quantities of samples have no unit here: their definitions tell what they are in.
    """
    if quantity.unit != "round":
        return ""
    return next((unit for pattern, unit in _UNITS if pattern.match(quantity.stem)), "")


def shown_unit(quantity: Quantity, values: Iterable[float | None]) -> ShownUnit:
    """Return the unit in which values of one quantity are read together.

    >>> from harness.core.score import Direction
    >>> tpot = Quantity(id="tpot_p50@c=1", direction=Direction.LOWER, definition="", unit="round")
    >>> shown_unit(tpot, [0.0123])
    ShownUnit(word='ms', factor=1000.0)
    """
    unit = unit_of(quantity)
    if unit == "s":
        return ShownUnit("ms", _MS_PER_S)
    if unit == "B":
        largest = max((abs(value) for value in values if value is not None), default=0.0)
        return ShownUnit("GiB", 1 / _GIB) if largest >= _MIB_UP_TO else ShownUnit("MiB", 1 / _MIB)
    return ShownUnit(unit)


def told(value: float, unit: ShownUnit, spec: str = "z.4g") -> str:
    """Write a number as kept in the unit in which it is read, to be read in a sentence.

    >>> told(0.0123, ShownUnit("ms", 1000.0))
    '12.3 ms'
    """
    return f"{value * unit.factor:{spec}} {unit.word}".rstrip()


def in_unit(estimate: Estimate, unit: ShownUnit) -> Estimate:
    """Return an estimate with all of its numbers in another unit."""
    if unit.factor == 1:
        return estimate
    f, interval, quantity = unit.factor, estimate.interval, estimate.quantity
    return replace(
        estimate,
        value=_times(estimate.value, f),
        stderr=_times(estimate.stderr, f),
        interval=interval and replace(interval, low=f * interval.low, high=f * interval.high),
        quantity=replace(quantity, low=_times(quantity.low, f), high=_times(quantity.high, f)),
    )


def name_and_statistic(stem: str) -> tuple[str, str]:
    """Return what was measured and which statistic of it; the latter empty where none is named.

    >>> name_and_statistic("tpot_p50"), name_and_statistic("goodput")
    (('tpot', 'p50'), ('goodput', ''))
    """
    found = _STATISTIC.fullmatch(stem)
    return (found.group(1), found.group(2)) if found else (stem, "")


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value
