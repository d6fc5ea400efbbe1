"""Differences between rounds in words: times side by side in one unit, and their ratio.

A ratio is told where both values are above 0 and nothing bounds them from above, as times, rates
and memory are; shares and counts of failures are told by what lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.core.comparison import Difference
from harness.core.judgement import Finding
from harness.core.quantity_unit import ShownUnit, shown_unit
from harness.core.score import Quantity
from harness.reports.number_format import (
    TIMES,
    format_bounds,
    format_count,
    format_difference,
    format_number,
)
from harness.reports.unit_format import with_unit

LENGTH = "n_out"
"""The quantity that tells how long answers are: those that are shorter end earlier."""
_SAME_LENGTH = 0.005
"""Answers whose lengths differ by a smaller share are as long."""
LoadKey = tuple[str, str, str]
"""Suite, model, load."""


def is_of_rounds(difference: Difference) -> bool:
    """Tell whether rounds are compared, and not samples."""
    return difference.quantity.unit == "round"


def quantity_name(quantity: Quantity) -> str:
    """Name a quantity for reading; what was timed says where.

    >>> from harness.core.score import Direction
    >>> quantity_name(Quantity(id="ttft_p50@c=1", direction=Direction.LOWER, definition=""))
    'ttft_p50 at c=1'
    """
    return f"{quantity.stem} at {quantity.load}" if quantity.load else quantity.id


def ratio_base(difference: Difference) -> float | None:
    """Return the baseline's value where ratios are told; None where differences are."""
    before, after = difference.baseline, difference.candidate
    if not is_of_rounds(difference) or difference.quantity.high is not None:
        return None
    return before if before and after and before > 0 and after > 0 else None


def round_values(difference: Difference) -> tuple[str, str]:
    """Return both values in one unit, to as many digits as their difference has."""
    unit = _unit(difference)
    spread = None if difference.stderr is None else difference.stderr * unit.factor
    before, after = (
        None if value is None else value * unit.factor
        for value in (difference.baseline, difference.candidate)
    )
    texts = (format_number(value, spread=spread) for value in (before, after))
    first, second = (with_unit(text, unit.word) for text in texts)
    return first, second


def round_change(difference: Difference) -> str:
    """Return how many times as large the candidate's value is, or what lies between."""
    base, moved = ratio_base(difference), difference.difference
    if base is None or moved is None:
        unit = _unit(difference)
        spread = None if difference.stderr is None else difference.stderr * unit.factor
        value = None if moved is None else moved * unit.factor
        return with_unit(format_difference(value, spread), unit.word)
    spread = None if difference.stderr is None else difference.stderr / base
    return f"{TIMES}{format_number(1 + moved / base, spread=spread)}"


def round_spread(difference: Difference) -> str:
    """Return the interval of the ratio with the pairs it rests on, and why nothing more is said."""
    facts = []
    interval, base = difference.interval, ratio_base(difference)
    if interval is not None and not difference.is_across_runs:
        factor, shift = (1 / base, 1.0) if base else (_unit(difference).factor, 0.0)
        low, high = shift + interval.low * factor, shift + interval.high * factor
        stderr = None if difference.stderr is None else difference.stderr * factor
        bounds = type(interval)(low=low, high=high, level=interval.level, method=interval.method)
        facts.append(format_bounds(bounds, stderr))
    if difference.n and not difference.is_across_runs:
        noun = "pair" if difference.n == 1 else "pairs"
        facts.append(f"{format_count(difference.n)} {noun} of rounds")
    return "; ".join(filter(None, [*facts, difference.note]))


def round_size(difference: Difference, size: float) -> str:
    """Write the size of a change: as a share of the baseline where ratios are told."""
    base = ratio_base(difference)
    if base is None:
        unit = _unit(difference)
        return with_unit(format_number(size * unit.factor, digits=3), unit.word)
    return f"{format_number(size / base, digits=2)} of the baseline"


def round_detectable(difference: Difference, size: float) -> str:
    """Write the smallest change that would have been seen."""
    base = ratio_base(difference)
    if base is None:
        return f"±{round_size(difference, size)}"
    return f"{TIMES}{format_number(1 + size / base, spread=size / base)}"


def length_drifts(findings: Iterable[Finding]) -> Mapping[LoadKey, str]:
    """Return by load how much longer the candidate's answers are, where they are not as long."""
    found = {}
    for finding in findings:
        d = finding.difference
        base = ratio_base(d)
        if d.quantity.stem == LENGTH and base and d.candidate is not None:
            ratio = d.candidate / base
            if abs(ratio - 1) > _SAME_LENGTH:
                text = f"answers {TIMES}{format_number(ratio, digits=3)} as long"
                found[d.suite, d.model, d.quantity.load] = text
    return found


def drift_of(difference: Difference, drifts: Mapping[LoadKey, str]) -> str:
    """Return what is said beside a finding of the length of its answers; mostly nothing."""
    q = difference.quantity
    if q.stem == LENGTH or not is_of_rounds(difference):
        return ""
    return drifts.get((difference.suite, difference.model, q.load), "")


def _unit(difference: Difference) -> ShownUnit:
    return shown_unit(difference.quantity, (difference.baseline, difference.candidate))
