"""One question with its target: what a suite asks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Characters of a text: the first, and the one behind the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One item of a data set, mapped to the words of this project."""

    id: str
    """Unique within its suite and stable between runs: comparisons pair samples by it."""

    index: int
    """Position in the data set, from 0; restores the order after answers came out of order."""

    text: str
    """What is asked about: the text to classify, the filled prompt, the passage to model."""

    targets: tuple[str, ...] = ()
    """Right answers. A label or a choice stands alone; generation may accept several references."""

    choices: tuple[str, ...] = ()
    """The alternatives of a multiple-choice question, in the order shown."""

    slices: Mapping[str, str] = field(default_factory=dict)
    """Group columns such as ``{"subject": "law"}``; estimates are repeated for each value."""

    cluster: str | None = None
    """Samples that share a cluster (one document, one source question) are not independent."""

    open_spans: tuple[Span, ...] | None = field(default=None, compare=False)
    """What of ``text`` may be disturbed, in order: what comes from the data and is neither a choice
    nor an option. None for all of it. Either all samples of a task have it or none; it is not
    stored, since it can be told from the data again."""

    def with_text(self, text: str) -> Sample:
        """Return the sample with another text, of which nothing is known to be fixed."""
        return replace(self, text=text, open_spans=None)
