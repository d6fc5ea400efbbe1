"""Metrics that compare a generated text with one or more reference texts."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Score, Scored, Unscored

_NO_REFERENCE = Unscored("the sample has no reference")
_NO_TEXT = Unscored("the answer is not a generated text")


class AgainstReferences(ABC):
    """The ``measure`` half of a metric: an empty answer is compared, a missing one is unscored."""

    __slots__ = ()

    unicode: ClassVar[Literal["nfc", "kept"]] = "nfc"
    """``nfc``: é is one character, however a text writes it. ``kept``: texts are compared as they
    are, where published numbers are made that way."""

    def measure(self, sample: Sample, output: Output) -> Score:
        """Compare the answer with all of the sample's targets."""
        if not isinstance(output, Generation):
            return _NO_TEXT
        if not sample.targets:
            return _NO_REFERENCE
        references = tuple(self._written(text) for text in sample.targets)
        return Scored(self.compare(self._written(output.text), references))

    def _written(self, text: str) -> str:
        return unicodedata.normalize("NFC", text) if self.unicode == "nfc" else text

    @abstractmethod
    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return the statistics of one answer.

        Args:
            answer: may be empty.
            references: at least one.
        """
