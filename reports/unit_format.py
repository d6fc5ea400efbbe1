"""Numbers with their units as text."""

from __future__ import annotations

import math

from harness.core.estimate import Estimate
from harness.core.quantity_unit import in_unit, shown_unit
from harness.reports.number_format import ABSENT, format_interval, format_number, format_value

_BINARY = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
_DECIMAL = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def estimate_text(estimate: Estimate) -> str:
    """Write value, unit and interval together, such as ``12.34 ms [12.0, 12.7]``."""
    unit = shown_unit(estimate.quantity, [estimate.value])
    shown = in_unit(estimate, unit)
    text = with_unit(format_value(shown), unit.word)
    return text if shown.interval is None else f"{text} {format_interval(shown)}"


def with_unit(number: str, word: str) -> str:
    """Write a unit after a number that is known."""
    return f"{number} {word}" if word and number != ABSENT else number


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
