"""Token F1: how far the answer's words are the reference's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.score import Direction, Quantity
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.squad import squad_normalise
from harness.suites.metrics.tokenization import (
    Tokenize,
    TokenizerName,
    ascii_words,
    tokenizer_for,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenF1(AgainstReferences, MeanOfValues):
    """SQuAD's F1 on bags of tokens, the best over the references."""

    name: ClassVar[str] = "token_f1"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="token_f1",
            direction=Direction.HIGHER,
            definition="harmonic mean of token precision and recall, best reference, mean over "
            "samples (SQuAD 1.1, Rajpurkar et al. 2016)",
            is_headline=True,
        ),
    )

    tokenizer: TokenizerName = "auto"
    """``default``: SQuAD's words, split at spaces. ``character``: letters and digits one by one.
    ``auto``: SQuAD's words, but a reference with letters beyond ASCII is split into the words of
    its script, or into characters where the script writes no spaces."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The normalisations and the tokenizer."""
        return {"normalise": "squad", "tok": self.tokenizer, "unicode": self.unicode}

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return the best F1 over the references, in [0, 1]."""
        tokenize = tokenizer_for(self.tokenizer, references)
        split = _squad_words if tokenize is ascii_words else _after_squad(tokenize)
        found = split(answer)
        return (max(_f1(found, split(reference)) for reference in references),)


def _squad_words(text: str) -> list[str]:
    return squad_normalise(text).split()


def _after_squad(tokenize: Tokenize) -> Tokenize:
    return lambda text: tokenize(squad_normalise(text))


def _f1(found: list[str], wanted: list[str]) -> float:
    """Two empty texts agree (SQuAD 2.0, 'no answer'); an empty and a full one do not."""
    if not found or not wanted:
        return float(found == wanted)
    n_shared = (Counter(found) & Counter(wanted)).total()
    return 2 * n_shared / (len(found) + len(wanted))
