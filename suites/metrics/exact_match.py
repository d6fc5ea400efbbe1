"""Exact match: is the answer one of the references?"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

from harness.core.score import Direction, Quantity
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.squad import squad_normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactMatch(AgainstReferences, MeanOfValues):
    """Share of answers that equal a reference, after the normalisation that is asked for."""

    name: ClassVar[str] = "exact_match"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="exact_match",
            direction=Direction.HIGHER,
            definition="share of answers equal to a reference, white space at both ends aside",
            is_headline=True,
        ),
    )

    ignore_case: bool = False
    """Compare case-folded texts."""
    ignore_punctuation: bool = False
    """Leave out every character of Unicode's punctuation categories."""
    normalise: Literal["none", "squad"] = "none"
    """``squad``: lower case, no ASCII punctuation, no English articles, single spaces."""

    @property
    def signature(self) -> Mapping[str, str]:
        """What is overlooked."""
        return {
            "case": "ignored" if self.ignore_case else "mixed",
            "punctuation": "ignored" if self.ignore_punctuation else "kept",
            "normalise": self.normalise,
            "unicode": self.unicode,
        }

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return 1 when the answer equals any reference, else 0."""
        wanted = self._plain(answer)
        return (1.0 if any(wanted == self._plain(text) for text in references) else 0.0,)

    def _plain(self, text: str) -> str:
        if self.normalise == "squad":
            text = squad_normalise(text)
        if self.ignore_punctuation:
            text = text.translate(_no_punctuation())
        return (text.casefold() if self.ignore_case else text).strip()


@lru_cache(maxsize=1)
def _no_punctuation() -> dict[int, None]:
    codes = range(sys.maxunicode + 1)
    return {code: None for code in codes if unicodedata.category(chr(code)).startswith("P")}
