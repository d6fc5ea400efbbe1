"""METEOR, as nltk computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from harness.core.score import Direction, Quantity
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.required_package import required_version
from harness.suites.metrics.tokenization import TokenizerName, tokenizer_for
from harness.suites.metrics.wordnet import NO_WORDNET, WordNet, find_wordnet


@dataclass(frozen=True, slots=True, kw_only=True)
class Meteor(AgainstReferences, MeanOfValues):
    """Harmonic mean of word precision and recall, less a penalty for broken order."""

    name: ClassVar[str] = "meteor"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="meteor",
            direction=Direction.HIGHER,
            definition="matched words (equal, same stem, synonyms) with a penalty for their order,"
            " best reference, mean over samples (Lavie and Agarwal 2007; nltk)",
        ),
    )

    wordnet: Literal["auto", "none"] = "auto"
    """``auto``: match synonyms when WordNet is on this machine (as nltk data, or Debian's package
    wordnet-base); nothing is downloaded. ``none``: never. The signature says what was used."""
    tokenizer: TokenizerName = "auto"
    """``default``: runs of a to z and 0 to 9. ``character``: letters and digits one by one.
    ``auto``: by the reference's script."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The tokenizer, nltk's version and WordNet's."""
        version = required_version("nltk", metric=self.name, extra="text")
        return {
            "tok": self.tokenizer,
            "wordnet": self._wordnet.version,
            "unicode": self.unicode,
            "nltk": version,
        }

    @property
    def _wordnet(self) -> WordNet:
        return find_wordnet() if self.wordnet == "auto" else NO_WORDNET

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return nltk's score against the best reference, in [0, 1]."""
        from nltk.translate.meteor_score import meteor_score

        tokenize = tokenizer_for(self.tokenizer, references)
        wanted = [tokenize(reference) for reference in references]
        found = tokenize(answer)
        score = meteor_score(wanted, found, stemmer=_stemmer(), wordnet=self._wordnet)
        return (float(score),)


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()
