"""PWWS: synonyms in the order of saliency times effect."""

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
from harness.suites.attacks.ranking import Ranked, by_weighted_saliency
from harness.suites.attacks.recipe import check_budget, is_no_stop_word
from harness.suites.attacks.synonyms import synonyms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pwws(RankedRecipe):
    """Probability weighted word saliency (Ren et al., ACL 2019), as TextAttack 0.3.11 has it.

    Every word but stop words may give way to any of its synonyms in WordNet, taken in every part of
    speech and put as WordNet writes them. The paper's swap of named entities is left out, as it is
    there.
    """

    name: ClassVar[str] = "pwws"
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
        return by_weighted_saliency(moves)

    def _moves(self, draft: Draft, rng: random.Random) -> Moves:
        del rng  # nothing is left to chance
        wordnet(), stop_words()  # so that what is missing is told before the search
        return Moves(
            start=draft,
            replacements=lambda word, _: synonyms_of(word),
            is_open=is_no_stop_word,
        )
