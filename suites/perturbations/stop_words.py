"""The, of and their like left out, as in a headline or a search."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.stop_words import STOP_WORDS, stop_words
from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWords(Disturbance):
    """Leaves out English function words, those excepted that deny: ``no``, ``nor``, ``not``.

    A text of nothing else stays as it is.
    """

    name: ClassVar[str] = "stop_words"
    version: ClassVar[int] = 1

    rate: float = 1.0
    """Share of all words that are left out, in (0, 1]: at 1 every stop word is."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """NLTK's stop words."""
        return (STOP_WORDS,)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text without them."""
        words = words_of(text)
        dropped = _left_out()
        places = [word for word in words if word[0].lower() in dropped]
        chosen = some_of(places, self.rate, len(words), rng)
        if len(chosen) == len(words):
            return text
        return spliced(text, [(*_with_its_space(word), "") for word in chosen])


@cache
def _left_out() -> frozenset[str]:
    """Return the stop words that deny nothing; ``don`` is what is left of ``don't``."""
    words = stop_words()
    short = {word for word in words if word.endswith("n't")}
    return words - short - {word.removesuffix("'t") for word in short} - {"no", "nor", "not"}


def _with_its_space(word: re.Match[str]) -> tuple[int, int]:
    """Return where a word and one of the gaps beside it are."""
    text, (start, end) = word.string, word.span()
    if text[end : end + 1].isspace():
        return start, end + 1
    return start - text[start - 1 : start].isspace(), end
