"""Units of what was timed: kept in seconds, bytes and joules, read in what suits their size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.core.estimate import Estimate
from harness.core.score import Quantity
from harness.reports.number_format import ABSENT, format_number

_MS_PER_S = 1000.0
_BINARY = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
_DECIMAL = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_MIB_UP_TO = 10 * 2.0**30
"""Memory is told in MiB below this."""
_TIMES = ("ttfc", "ttft", "ttfa", "tpot", "ntpot", "icl", "itl", "stall", "e2e", "lag", "latency",
          "queue", "prefill_s", "decode_s", "first_generate", "load_s", "round_trip")  # fmt: skip
_UNITS = (
    (re.compile(rf"(?:{'|'.join(_TIMES)})(?:_|$)"), "s"),
    (re.compile(r"mem_|.*_bytes(?:_|$)"), "B"),
    (re.compile(r"prefill_tps|decode_tps|system_tps|(?:.*_)?tps(?:_|$)"), "tokens/s"),
    (re.compile(r"(?:offered_)?rps(?:_|$)|goodput|knee"), "requests/s"),
    (re.compile(r"items_per_s|(?:.*_)?ips(?:_|$)"), "items/s"),
    (re.compile(r"energy_j"), "J"),
    (re.compile(r"j_per_tok"), "J/token"),
    (re.compile(r"n_out|n_in"), "tokens"),
)
_STATISTIC = re.compile(r"(.+)_(p\d+(?:_\d+)?|mean|median|min|max|peak)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The parts of the id of a quantity that was measured in rounds."""

    name: str
    """Such as ``tpot``."""
    statistic: str
    """Such as ``p50``; empty where there is none."""
    load: str
    """Such as ``c=1,in=128,out=64``; empty where it holds for all loads."""

    @property
    def title(self) -> str:
        """The name and its statistic, for reading."""
        return f"{self.name} {self.statistic}".strip()


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """The unit in which a number is read."""

    word: str
    factor: float = 1.0
    """That a number as kept is multiplied by."""


def is_timed(quantity: Quantity) -> bool:
    """Tell whether a quantity is drawn anew by the round, and so named after its load."""
    return quantity.unit == "round"


def timed(quantity: Quantity) -> Timed:
    """Take the id of a quantity apart.

    >>> from harness.core.score import Direction
    >>> id_ = "tpot_p50@c=1,in=128,out=64"
    >>> parts = timed(Quantity(id=id_, direction=Direction.LOWER, definition=""))
    >>> parts.title, parts.load
    ('tpot p50', 'c=1,in=128,out=64')
    """
    head, _, load = quantity.id.partition("@")
    found = _STATISTIC.fullmatch(head)
    name, statistic = found.groups() if found and unit_of(head) in {"s", ""} else (head, "")
    return Timed(name=name, statistic=statistic, load=load)


def unit_of(quantity_id: str) -> str:
    """Return the unit in which a quantity of a round is kept; empty for a share or a ratio."""
    head = quantity_id.partition("@")[0]
    return next((unit for pattern, unit in _UNITS if pattern.match(head)), "")


def shown_unit(quantity: Quantity, values: Iterable[float | None]) -> ShownUnit:
    """Return the unit in which values of one quantity are read together."""
    if not is_timed(quantity):
        return ShownUnit("")
    unit = unit_of(quantity.id)
    if unit == "s":
        return ShownUnit("ms", _MS_PER_S)
    if unit == "B":
        largest = max((abs(value) for value in values if value is not None), default=0.0)
        size, word = _BINARY[0] if largest >= _MIB_UP_TO else _BINARY[1]
        return ShownUnit(word, 1 / size)
    return ShownUnit(unit)


def in_unit(estimate: Estimate, unit: ShownUnit) -> Estimate:
    """Return an estimate with all of its numbers in another unit."""
    f, interval, quantity = unit.factor, estimate.interval, estimate.quantity
    if f == 1:
        return estimate
    return replace(
        estimate,
        value=_times(estimate.value, f),
        stderr=_times(estimate.stderr, f),
        interval=interval and replace(interval, low=f * interval.low, high=f * interval.high),
        quantity=replace(quantity, low=_times(quantity.low, f), high=_times(quantity.high, f)),
    )


def with_prefix(value: float | None, unit: str, *, digits: int = 3) -> str:
    """Write a large number with a prefix of thousands.

    >>> with_prefix(41.234e9, "FLOP/s")
    '41.2 GFLOP/s'
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    size, prefix = next(((s, p) for s, p in _DECIMAL if abs(value) >= s), (1.0, ""))
    return f"{format_number(value / size, digits=digits)} {prefix}{unit}".rstrip()


def readable(value: float, unit: str) -> str:
    """Write one number with its unit, bytes with a binary prefix.

    >>> readable(3 * 2.0**30, "B"), readable(62.5, "°C")
    ('3 GiB', '62.5 °C')
    """
    if unit in {"B", "bytes"}:
        size, word = next(((s, w) for s, w in _BINARY if abs(value) >= s), (1.0, "B"))
        return f"{format_number(value / size, digits=3)} {word}"
    return f"{format_number(value, digits=3)} {unit}".rstrip()


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value
