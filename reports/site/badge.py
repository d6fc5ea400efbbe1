"""What a list says of a run in one word: its verdict, or how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.run import Status
from harness.core.site import Card
from harness.core.verdict import Verdict

_SYMBOLS = {
    Verdict.IMPROVED: "▲",
    Verdict.EQUIVALENT: "=",
    Verdict.REGRESSED: "▼",
    Verdict.INCONCLUSIVE: "?",
    Verdict.INVALID: "✕",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A word with a symbol: colour only repeats what they say."""

    kind: str
    """Class of the style sheet, and what a filter selects by."""
    symbol: str
    word: str


def badge(card: Card) -> Badge:
    """Return a run's verdict; where it has none, how it ended."""
    if card.verdict is not None:
        return verdict_badge(card.verdict)
    if card.manifest.status is Status.COMPLETE:
        return Badge(kind="uncompared", symbol="·", word="not compared")
    return Badge(kind=card.manifest.status.value, symbol="!", word=card.manifest.status.value)


def verdict_badge(verdict: Verdict) -> Badge:
    """Return the badge of a verdict."""
    return Badge(kind=verdict.value, symbol=_SYMBOLS[verdict], word=verdict.value)
