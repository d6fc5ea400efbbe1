"""How long the answers are, measured by the references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.score import Direction, Quantity
from harness.suites.metrics.additive import Additive, Floats
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.tokenization import TokenizerName, tokenizer_for


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthRatio(AgainstReferences, Additive):
    """Tokens of all answers over tokens of all references."""

    name: ClassVar[str] = "length_ratio"
    columns: ClassVar[tuple[str, ...]] = ("n_tokens", "n_reference_tokens")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="length_ratio",
            direction=Direction.NEITHER,
            definition="tokens of the answers / tokens of the references nearest in length, over"
            " the whole set",
            high=None,
        ),
    )

    tokenizer: TokenizerName = "auto"
    """``default``: runs of a to z and 0 to 9. ``character``: letters and digits one by one.
    ``auto``: by the reference's script."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The tokenizer and the normalisation."""
        return {"tok": self.tokenizer, "unicode": self.unicode}

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return both lengths, the reference's being the nearest (the shorter one on a tie)."""
        tokenize = tokenizer_for(self.tokenizer, references)
        n_tokens = len(tokenize(answer))
        lengths = [len(tokenize(reference)) for reference in references]
        nearest = min(lengths, key=lambda length: (abs(length - n_tokens), length))
        return float(n_tokens), float(nearest)

    def value(self, sums: Floats) -> Floats:
        """Divide; undefined while the references hold no token."""
        ratio = sums[:, :1] / sums[:, 1:]
        ratio[sums[:, 1] == 0] = float("nan")
        return ratio
