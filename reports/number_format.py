"""Numbers as text: digits follow the standard error, one way for every renderer.

Values are fractions or whatever unit their metric has; nothing is turned into per cent, so that a
difference of 0.02 can never be read as two per cent of something.
"""

from __future__ import annotations

import math
from datetime import datetime

from harness.core.estimate import Estimate, Interval

ABSENT = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
_MAX_DECIMALS = 6
_SMALLEST_SHOWN = 10.0**-_MAX_DECIMALS
_DIGITS = 4
_LARGEST_OF_FRACTIONS = 0.5
_STDERRS_PER_HALF_WIDTH = 1.96
_LARGEST_PLAIN = 1e15
_SMALLEST_P = 0.001


_LARGEST_SPELT = 1e4
"""From here on a number is too long to be spelt out beside a small drawing."""


def format_count(n: int) -> str:
    """Write a count with thousands separators.

    >>> format_count(12345)
    '12,345'
    """
    return f"{n:,}".replace("-", MINUS)


def format_number(
    value: float | None, *, spread: float | None = None, digits: int = _DIGITS
) -> str:
    """Write a number with as many decimals as its spread makes meaningful.

    Args:
        value: None or a non-finite number is written as a dash.
        spread: a standard error, shown to two digits.
        digits: significant digits where the spread is not known.

    >>> format_number(0.81234, spread=0.0129), format_number(23.456, spread=1.2)
    ('0.812', '23.5')
    >>> format_number(0.5), format_number(1234.56), format_number(None) == ABSENT
    ('0.5', '1,235', True)
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    if spread is None or not spread > 0:
        return _significant(value, digits)
    text = _fixed(value, decimals_for(spread))
    return _significant(value, 2) if spread < _SMALLEST_SHOWN and _hides(text, value) else text


def compact_number(value: float) -> str:
    """Write a number where there is room for six characters.

    >>> compact_number(0.5), compact_number(3_000_000), compact_number(-12_500)
    ('0.5', '3M', '\u221212.5k')
    """
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= max(factor, _LARGEST_SPELT):
            return f"{_significant(value / factor, 3)}{letter}"
    return format_number(value)


def decimals_for(spread: float) -> int:
    """Return how many decimals show a spread to two significant digits, from 0 to 6.

    >>> decimals_for(0.0129), decimals_for(1.2), decimals_for(250.0)
    (3, 1, 0)
    """
    return max(0, min(_MAX_DECIMALS, 1 - math.floor(math.log10(spread))))


def spread_of(estimate: Estimate) -> float | None:
    """Return the standard error, or one told from the interval's width, or None."""
    if estimate.stderr is not None and math.isfinite(estimate.stderr) and estimate.stderr > 0:
        return estimate.stderr
    interval = estimate.interval
    if interval is None or not interval.high > interval.low:
        return None
    return (interval.high - interval.low) / 2 / _STDERRS_PER_HALF_WIDTH


def format_value(estimate: Estimate) -> str:
    """Write an estimate's value alone, such as ``0.812``."""
    return format_number(estimate.value, spread=spread_of(estimate))


def format_bounds(interval: Interval | None, spread: float | None) -> str:
    """Write an interval such as ``[0.79, 0.84]``: one digit of the spread, more if ends meet.

    Fractions, whose spread is never above one half, are written to hundredths at least. An end
    that is not 0 is never written as 0: of two rounds, say, that differ by many times.

    >>> format_bounds(Interval(low=0.787, high=0.837, level=0.95, method="t"), 0.0129)
    '[0.79, 0.84]'
    >>> format_bounds(Interval(low=0.0011, high=2337955.0, level=0.95, method="log-t"), 6e5)
    '[0.0011, 2,337,955]'
    """
    if interval is None:
        return ABSENT
    if spread is None or not spread > 0:
        return f"[{_significant(interval.low, _DIGITS)}, {_significant(interval.high, _DIGITS)}]"
    fine = decimals_for(spread)
    coarse = max(fine - 1, 2 if spread <= _LARGEST_OF_FRACTIONS else 0)
    for decimals in range(coarse, max(coarse, fine) + 1):
        low, high = _fixed(interval.low, decimals), _fixed(interval.high, decimals)
        if low != high:
            break
    if _hides(low, interval.low):
        low = _significant(interval.low, 2)
    if spread < _SMALLEST_SHOWN and _hides(high, interval.high):
        high = _significant(interval.high, 2)
    return f"[{low}, {high}]"


def _hides(text: str, value: float) -> bool:
    """Tell whether a number that is not 0 is written as 0."""
    return value != 0 and text.strip("0.") == ""


def format_interval(estimate: Estimate) -> str:
    """Write an estimate's interval alone."""
    return format_bounds(estimate.interval, spread_of(estimate))


def format_difference(value: float | None, spread: float | None) -> str:
    """Write a difference with its sign, as many decimals as its standard error makes meaningful.

    >>> format_difference(0.0304, 0.0074), format_difference(0.00001, 0.02)
    ('+0.0304', '0.000')
    """
    text = format_number(value, spread=spread)
    is_signed = text.startswith((MINUS, ABSENT)) or not any(digit in text for digit in "123456789")
    return text if is_signed else f"+{text}"


def format_p(p_value: float | None) -> str:
    """Write a p-value to thousandths, below which its size says no more.

    >>> format_p(0.0124), format_p(0.00002), format_p(None) == ABSENT
    ('0.012', '< 0.001', True)
    """
    if p_value is None or not math.isfinite(p_value):
        return ABSENT
    return f"{p_value:.3f}" if p_value >= _SMALLEST_P else f"< {_SMALLEST_P}"


def format_estimate(estimate: Estimate) -> str:
    """Write value and interval together, such as ``0.812 [0.79, 0.84]``."""
    if estimate.interval is None:
        return format_value(estimate)
    return f"{format_value(estimate)} {format_interval(estimate)}"


def format_level(level: float) -> str:
    """Write a confidence level, the one quantity that convention states in per cent.

    >>> format_level(0.95), format_level(0.999)
    ('95 %', '99.9 %')
    """
    return f"{round(100 * level, 6):g} %"


def format_seconds(seconds: float) -> str:
    """Write a duration for reading.

    >>> format_seconds(0.42), format_seconds(75), format_seconds(7325)
    ('0.42 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 10:  # noqa: PLR2004 - below ten seconds the decimals still matter
        return f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def format_time(iso: str) -> str:
    """Write an ISO 8601 time to the minute, as given when it is not one.

    >>> format_time("2026-11-22T06:48:12+00:00")
    '2026-11-22 06:48 UTC'
    """
    moment = parse_time(iso)
    if moment is None:
        return iso or ABSENT
    zone = moment.strftime("%Z") if moment.tzinfo else ""
    return f"{moment:%Y-%m-%d %H:%M} {zone}".strip()


def parse_time(iso: str) -> datetime | None:
    """Read an ISO 8601 time; None when it is not one."""
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None


def format_duration(started_at: str, ended_at: str) -> str:
    """Write the time between two ISO 8601 times; a dash when either is missing."""
    start, end = parse_time(started_at), parse_time(ended_at)
    if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
        return ABSENT
    return format_seconds(max(0.0, (end - start).total_seconds()))


def _fixed(value: float, decimals: int) -> str:
    if abs(value) >= _LARGEST_PLAIN:
        return f"{value:.3e}".replace("-", MINUS)
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if not -5 <= magnitude < 15:  # noqa: PLR2004 - beyond these, plain decimals stop being readable
        return f"{value:.3e}".replace("-", MINUS)
    text = _fixed(value, max(0, digits - 1 - magnitude))
    return text.rstrip("0").rstrip(".") if "." in text else text
