"""Made-up prompts: of a wanted number of tokens, and no two alike, so that no cache knows them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PrefixCache = Literal["cold", "warm"]

_N_NONCE = 8
"""Words of which the first prompts of two runs agree by chance once in 10^20."""


@dataclass(frozen=True, slots=True)
class TextLength:
    """How many tokens a text of some words comes to: a straight line through what was seen."""

    tokens_per_word: float = 1.0
    n_fixed_tokens: float = 0.0
    """Of every prompt, whatever its text: a template, a beginning."""
    is_known: bool = False
    """False while nobody has counted; a word is taken for a token then."""

    def n_words(self, n_tokens: int) -> int:
        """Return how many words come nearest to a number of tokens; at least one.

        >>> TextLength(1.25, 10.0, True).n_words(135)
        100
        """
        return max(1, round((n_tokens - self.n_fixed_tokens) / self.tokens_per_word))


def fitted_length(seen: Sequence[tuple[int, int]]) -> TextLength:
    """Return the line through two texts of different length.

    Args:
        seen: words and tokens of each; the first and the last are used.

    >>> fitted_length([(100, 135), (20, 35)])
    TextLength(tokens_per_word=1.25, n_fixed_tokens=10.0, is_known=True)
    """
    if not seen:
        return TextLength()
    (n_words, n_tokens), (other_words, other_tokens) = seen[0], seen[-1]
    slope = n_tokens / n_words
    if n_words != other_words:
        slope = (n_tokens - other_tokens) / (n_words - other_words)
    if slope <= 0:  # a model that cuts its input at some length
        slope = n_tokens / n_words
    fixed = max(0.0, n_tokens - slope * n_words)
    return TextLength(slope, fixed, is_known=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMaker:
    """Makes the prompts of one round."""

    words: Sequence[str]
    nonce: str
    """Drawn anew for each round of each run, so that no server has seen its prompts."""
    seed: str
    """Of the text after the nonce: equal for all models that take turns in a round."""
    prefix_cache: PrefixCache

    def prompt(self, place: str, number: int, n_words: int) -> str:
        """Return a prompt of exactly ``n_words`` words.

        A cold one begins with words of its own; warm ones share all but their last words.

        Args:
            place: load point and phase; prompts of two places share nothing in a cold round.
            number: of the request.
            n_words: how many words.
        """
        own = self._drawn(f"{self.nonce}/{place}/{number}", min(_N_NONCE, n_words))
        n_rest = n_words - len(own)
        if self.prefix_cache == "warm":
            return " ".join([*self._drawn(f"{self.nonce}/{self.seed}/shared", n_rest), *own])
        return " ".join([*own, *self._drawn(f"{self.seed}/{place}/{number}", n_rest)])

    def _drawn(self, seed: str, n: int) -> list[str]:
        draw = random.Random(seed)  # noqa: S311 - filler, no secret
        return draw.choices(self.words, k=n)
