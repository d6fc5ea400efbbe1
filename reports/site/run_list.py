"""The rows of a list of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.site import Card
from harness.reports.number_format import format_time, format_value
from harness.reports.site.addresses import line_page, run_page
from harness.reports.site.badge import card_badge
from harness.reports.verdict_badge import Badge

_LONGEST = 60
_MAX_NUMBERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run in a list."""

    run_id: str
    name: str
    address: str
    """Of its page, from the site's folder."""
    line: str
    line_address: str
    """Empty where it belongs to none."""
    started: str
    badge: Badge
    models: str
    numbers: str
    """Its first headline numbers."""


def run_row(card: Card) -> RunRow:
    """Return a run as a row."""
    manifest = card.manifest
    models = dict.fromkeys(evaluation.model for evaluation in manifest.evaluations)
    return RunRow(
        run_id=manifest.run_id,
        name=clipped(manifest.name),
        address=run_page(manifest.run_id),
        line=clipped(manifest.line),
        line_address=line_page(manifest.line) if manifest.line else "",
        started=format_time(manifest.started_at),
        badge=card_badge(card),
        models=clipped(", ".join(models)),
        numbers=_numbers(card),
    )


def run_rows(cards: Sequence[Card]) -> tuple[RunRow, ...]:
    """Return runs as rows, in the order given."""
    return tuple(map(run_row, cards))


def clipped(text: str) -> str:
    """Cut a name that would fill a list by itself.

    >>> len(clipped("x" * 1_000_000))
    60
    """
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _numbers(card: Card) -> str:
    shown = [e for e in card.headlines if e.value is not None][:_MAX_NUMBERS]
    return ", ".join(f"{clipped(e.quantity.id)} {format_value(e)}" for e in shown)
