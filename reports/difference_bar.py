"""The small drawing of a difference: its interval around 0, and the margin as a band.

Everything is measured in margins, so that rows of different units can be read together, and right
is better, whichever way a quantity runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from harness.core.judgement import Finding
from harness.core.score import Direction
from harness.reports.finding_words import change_of, interval_of, margin_of, spread_words
from harness.reports.number_format import format_level
from harness.reports.round_words import ratio_base

WIDTH = 168
HEIGHT = 18
_ROOM = 8.0
_FEWEST_MARGINS = 2.0
_MOST_MARGINS = 8.0
_WITHOUT_MARGIN = 1.15
"""Half the drawing as a multiple of the interval's farther end, where there is no margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceBar:
    """Places for a template to draw, and the same in words."""

    kind: ClassVar[str] = "difference"
    name: str
    """The verdict, for the colour."""
    width: int = WIDTH
    height: int = HEIGHT
    start: float = _ROOM
    zero: float = WIDTH / 2
    end: float = WIDTH - _ROOM
    band: tuple[float, float] | None
    """Ends of the margin; None where there is none."""
    interval: tuple[float, float] | None
    is_cut: tuple[bool, bool]
    """Whether the interval goes on beyond the drawing, on the left and on the right."""
    value: float
    words: str


def margins_to_show(findings: Iterable[Finding]) -> float:
    """Return how many margins to each side let most intervals be seen whole."""
    reach = [_reach(finding) / finding.margin for finding in findings if finding.margin > 0]
    known = sorted(value for value in reach if math.isfinite(value))
    widest = known[-1] if known else _FEWEST_MARGINS
    return min(_MOST_MARGINS, max(_FEWEST_MARGINS, math.ceil(widest)))


def difference_bar(finding: Finding, n_margins: float) -> DifferenceBar | None:
    """Draw a finding; None when nothing is known of the difference.

    Args:
        finding: what to draw.
        n_margins: margins from 0 to either end of the drawing, the same for all rows.
    """
    d = finding.difference
    if d.difference is None or not math.isfinite(d.difference):
        return None
    half = n_margins * finding.margin if finding.margin > 0 else _reach(finding) * _WITHOUT_MARGIN
    sign = -1.0 if d.quantity.direction is Direction.LOWER else 1.0
    ends = None
    interval = interval_of(finding)
    if interval is not None:
        ends = sorted((sign * interval.low, sign * interval.high))
    return DifferenceBar(
        name=finding.verdict.value,
        band=(_place(-finding.margin, half), _place(finding.margin, half))
        if finding.margin > 0
        else None,
        interval=(_place(ends[0], half), _place(ends[1], half)) if ends else None,
        is_cut=(bool(ends and ends[0] < -half), bool(ends and ends[1] > half)),
        value=_place(sign * d.difference, half),
        words=_words(finding),
    )


def _reach(finding: Finding) -> float:
    d, interval = finding.difference, interval_of(finding)
    ends = (interval.low, interval.high) if interval else ()
    return max((abs(value) for value in (*ends, d.difference or 0.0)), default=0.0)


def _place(value: float, half: float) -> float:
    share = min(1.0, max(-1.0, value / half)) if half > 0 else 0.0
    return round(WIDTH / 2 + share * (WIDTH / 2 - _ROOM), 1)


def _words(finding: Finding) -> str:
    d, interval = finding.difference, interval_of(finding)
    facts = [f"{'ratio' if ratio_base(d) else 'difference'} {change_of(d)}"]
    if interval is not None:
        facts.append(f"{format_level(interval.level)} interval {spread_words(finding)}")
    facts.append(f"margin {margin_of(finding)}")
    return f"{', '.join(facts)}; drawn with better to the right"
