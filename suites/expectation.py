"""What a model's answers to the texts of one case are to be, and which of them are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.core.response import Classification
from harness.core.score import Unscored

TEST = "test"
"""The slice that names what is expected of a sample."""
_ROUNDING = 1e-6
"""Scores that differ by less are equal: the same text in another batch comes out this different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Of the answer to a text, or of the answers to an original and its variants."""

    what: Literal["is", "unchanged", "rises", "falls"]
    """The label of each text is ``label``; is the same for each variant as for the original; the
    score of ``label`` rises or falls from the original to each variant."""
    label: str = ""
    """Not needed for ``unchanged``."""
    margin: float = 0.0
    """Least change of the probability. At 0 the score may stay as it is; below 0, it may move the
    wrong way by so much."""

    def broken(self, answers: Sequence[Classification]) -> tuple[bool, ...] | Unscored:
        """Tell of each answer that something is expected of whether it is otherwise.

        Args:
            answers: to the original and to each variant, in their order; of ``is``, to each text.

        Returns:
            One entry for each variant (of ``is``: text); or why nothing can be said.
        """
        if self.what == "is":
            return tuple(answer.label != self.label for answer in answers)
        original, *variants = answers
        if self.what == "unchanged":
            return tuple(answer.label != original.label for answer in variants)
        return self._moved_wrongly(original, variants)

    def _moved_wrongly(
        self, original: Classification, variants: Sequence[Classification]
    ) -> tuple[bool, ...] | Unscored:
        # Without probabilities the scores of a model still tell the direction, and nothing more.
        if self.margin and not all(each.is_probability for each in (original, *variants)):
            return Unscored("a margin needs a model that gives probabilities")
        if any(self.label not in each.labels for each in (original, *variants)):
            return Unscored(f"the model has no score for {self.label!r}")
        sign = 1 if self.what == "rises" else -1
        before = self._score(original)
        return tuple(
            sign * (self._score(each) - before) < self.margin - _ROUNDING for each in variants
        )

    def _score(self, answer: Classification) -> float:
        return answer.scores[answer.labels.index(self.label)]
