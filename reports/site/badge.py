"""What a list says of a run in one word: its verdict, or how it ended."""

from __future__ import annotations

from harness.core.run import Status
from harness.core.site import Card
from harness.reports.verdict_badge import NOT_COMPARED, Badge, badge


def card_badge(card: Card) -> Badge:
    """Return a run's verdict; where it has none, how it ended."""
    if card.verdict is not None:
        return badge(card.verdict)
    status = card.manifest.status
    if status is Status.COMPLETE:
        return NOT_COMPARED
    return Badge(name=status.value, symbol="!", word=status.value)
