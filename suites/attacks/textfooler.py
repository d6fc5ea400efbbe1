"""TextFooler without vectors: synonyms of the words that matter most."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.stop_words import STOP_WORDS, stop_words
from harness.sources.lexicons.wordnet import wordnet
from harness.sources.lexicons.wordnet_files import WORDNET
from harness.suites.attacks.draft import Draft
from harness.suites.attacks.moves import Moves
from harness.suites.attacks.ranked_recipe import RankedRecipe, RankingBy
from harness.suites.attacks.ranking import Ranked, by_deletion
from harness.suites.attacks.recipe import check_budget, is_no_stop_word
from harness.suites.attacks.synonyms import in_case_of, synonyms_of

_NEAREST = 50
"""Candidates for one word (Jin et al., section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFoolerLite(RankedRecipe):
    """TextFooler (Jin et al., AAAI 2020) with WordNet in place of its word vectors.

    Words are ranked by what leaving them out does and give way to synonyms in their own case.
    WordNet stands for the paper's counter-fitted vectors; the tagger and the sentence encoder that
    bound the change there are left out, and the stop words are NLTK's. So it is another attack than
    the paper's, and the name says so; ranking and search are those of TextAttack 0.3.11.
    """

    name: ClassVar[str] = "textfooler_lite"
    version: ClassVar[int] = 1

    ranking: RankingBy = "queries"
    """How the words that matter most are found: ``queries`` asks what the model makes of the text
    as the recipe has it, ``gradient`` takes one gradient, of a model that differentiates."""
    budget: int | None = None
    """Most queries for one sample, the one about the text as it is among them; none: no bound."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_budget(self.budget)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """WordNet, and the words that are left alone."""
        return (WORDNET, STOP_WORDS)

    def _rank(self, moves: Moves) -> Ranked:
        return by_deletion(moves)

    def _moves(self, draft: Draft, rng: random.Random) -> Moves:
        del rng  # nothing is left to chance
        wordnet(), stop_words()  # so that what is missing is told before the search
        return Moves(
            start=draft,
            replacements=lambda word, _: [
                in_case_of(new, word) for new in synonyms_of(word.lower())[:_NEAREST]
            ],
            is_open=is_no_stop_word,
        )
