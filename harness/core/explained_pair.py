"""A text and what an attack has made of it, both explained by one method."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from harness.core.explained import Attribution, Row, scale_of
from harness.core.word_changes import WordChange, word_changes


class Fate(StrEnum):
    """What became of an attacked sample."""

    EXPLAINED = "explained"
    NOT_TURNED = "not turned"
    """The attack has not turned the answer: there is no pair."""
    NOT_DRAWN = "not drawn"
    """It has, and so many others were drawn in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSide:
    """One text of a pair; C outputs, T parts, as of ``Explained``, which is tried as well."""

    text: str
    outputs: tuple[str, ...]
    """C labels."""
    unit: Literal["probability", "log-probability"]
    """Of ``whole`` and ``blank``."""
    chosen: int
    """Place of the label that the model chose for the text."""
    whole: Row
    """(C,): outputs of the text."""
    blank: Row
    """(C,): outputs with every part masked."""
    spans: tuple[tuple[int, int], ...]
    """(T,): characters of the text at which each part begins, and behind its last."""
    attribution: Attribution
    n_queries: int
    """Texts that the method has asked about."""
    n_sent: int
    """Those among them that were sent for this pair's sake."""
    n_gradients: int = 0
    n_unreadable: int = 0

    @property
    def label(self) -> str:
        """What the model took the text for."""
        return self.outputs[self.chosen]

    @property
    def scale(self) -> float | None:
        """What rounding of the chosen output's values is held against; see ``scale_of``."""
        return scale_of(self.attribution, self.whole[self.chosen], self.blank[self.chosen])

    @property
    def words(self) -> list[str]:
        """(T,): the parts."""
        return [self.text[slice(*span)] for span in self.spans]

    def place(self, label: str) -> int | None:
        """Return the place of an output; None where the method has not explained it."""
        place = self.outputs.index(label) if label in self.outputs else None
        is_told = place is not None and self.attribution.column(place) is not None
        return place if is_told else None

    def values(self, label: str) -> list[float] | None:
        """Return (T,) what each part adds to an output; None where the method does not tell."""
        place = self.place(label)
        column = None if place is None else self.attribution.column(place)
        return None if column is None else [row[column] for row in self.attribution.values]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPair:
    """What became of one attacked sample."""

    fate: Fate
    before: ExplainedSide | None = None
    """The text as it was; None but for a pair that is explained, as are those below."""
    after: ExplainedSide | None = None
    """The text by which the attack succeeded."""
    control_changed: tuple[int, ...] | None = None
    """Places of the words of ``before`` that a random search over the same changes has changed,
    with as many queries, where it came out; None of an attack that has none, and untold."""

    @property
    def changes(self) -> tuple[WordChange, ...] | None:
        """What the attack has put in the place of words; None where that cannot be told."""
        if self.before is None or self.after is None:
            return None
        return word_changes(self.before.words, self.after.words)
