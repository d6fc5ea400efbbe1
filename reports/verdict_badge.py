"""A verdict as a reader sees it: a word and a symbol, so that colour is never alone."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.judgement import Finding
from harness.core.score import Direction
from harness.core.verdict import GRAVEST_FIRST, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What is written of a verdict; the style sheet adds a colour to ``name``."""

    name: str
    """A word that a style sheet can name."""
    symbol: str
    word: str


_SYMBOLS = {
    Verdict.REGRESSED: "▼",
    Verdict.INVALID: "✕",
    Verdict.INCONCLUSIVE: "?",
    Verdict.IMPROVED: "▲",
    Verdict.EQUIVALENT: "=",
}
NOT_JUDGED = Badge(name="unjudged", symbol="·", word="not judged")
"""Of a quantity that is neither better nor worse for being higher, or that no side has."""
NOT_COMPARED = Badge(name="unjudged", symbol="·", word="not compared")
"""Of a run that was never set beside another."""


def badge(verdict: Verdict) -> Badge:
    """Return a verdict's badge.

    >>> badge(Verdict.REGRESSED).symbol
    '▼'
    """
    return Badge(name=verdict.value, symbol=_SYMBOLS[verdict], word=verdict.value)


def finding_badge(finding: Finding) -> Badge:
    """Return what is said of one number; only a direction makes better and worse."""
    d = finding.difference
    is_judged = d.quantity.direction is not Direction.NEITHER and not d.is_absent
    return badge(finding.verdict) if is_judged else NOT_JUDGED


def gravity(verdict: Verdict) -> int:
    """Return the place of a verdict in the order of telling, 0 the gravest."""
    return GRAVEST_FIRST.index(verdict)
