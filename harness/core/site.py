"""What a site of many runs is made of: the values that its renderer is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.core.estimate import Estimate
from harness.core.history import Series
from harness.core.run import Manifest, Run
from harness.core.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A run as a list shows it: no sample, no chart."""

    manifest: Manifest
    headlines: tuple[Estimate, ...]
    """Of whole suites."""
    verdict: Verdict | None = None
    """None where the run was never compared."""
    sentence: str = ""
    """The verdict in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleValues:
    """What single samples contribute to numbers that are plain means of them."""

    model: str
    suite: str
    order: str
    """Hash of the samples' ids in order: columns of one order can be paired by place."""
    clusters: Sequence[int] | None
    """(n,) cluster codes, or None where every sample stands alone."""
    columns: Mapping[str, Sequence[float]]
    """By quantity, (n,); NaN where a sample has no score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRun:
    """A run with what its page shows beside the run itself."""

    run: Run
    values: tuple[SampleValues, ...] = ()
    report: str = ""
    """Address of the folder's own report, relative to the site; empty where there is none."""
    previous: Manifest | None = None
    """Of the run before it in its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The runs of one nightly line, or all that belong to none."""

    name: str
    """Empty for runs outside any line."""
    cards: tuple[Card, ...]
    """Oldest first."""
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that the first page is made of."""

    lines: tuple[Line, ...]
    unreadable: tuple[str, ...] = ()
    """One sentence for each run folder that is left out."""

    @property
    def cards(self) -> tuple[Card, ...]:
        """The runs of all lines, newest first."""
        cards = (card for line in self.lines for card in line.cards)
        return tuple(sorted(cards, key=_moment, reverse=True))


def _moment(card: Card) -> tuple[str, str]:
    return card.manifest.started_at, card.manifest.run_id
