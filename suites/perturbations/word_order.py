"""Neighbouring words change places: a control, for a model that reads a bag of words."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, TypeAlias

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, whole_share
from harness.suites.perturbations.words import spliced, words_of

Pair: TypeAlias = tuple[re.Match[str], re.Match[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOrder(Disturbance):
    """Swaps words that stand side by side with nothing but space between them.

    A control rather than a disturbance: a model whose answers do not change at all does not look
    at the order of words.
    """

    name: ClassVar[str] = "word_order"
    version: ClassVar[int] = 1

    rate: float = 0.3
    """Share of the words that are moved, in (0, 1]; two for each swap."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with its words swapped."""
        words = words_of(text)
        pairs = [pair for pair in pairwise(words) if _can_be_swapped(*pair)]
        n = whole_share(self.rate, len(words) // 2, rng.random())
        return spliced(text, [edit for pair in _apart(pairs, n, rng) for edit in _swap(*pair)])


def _can_be_swapped(first: re.Match[str], second: re.Match[str]) -> bool:
    between = first.string[first.end() : second.start()]
    return between.isspace() and first[0] != second[0]


def _apart(pairs: list[Pair], n: int, rng: random.Random) -> list[Pair]:
    """Draw at most n pairs that have no word in common."""
    chosen: list[Pair] = []
    moved: set[int] = set()
    for pair in rng.sample(pairs, len(pairs)):
        starts = {word.start() for word in pair}
        if len(chosen) < n and not starts & moved:
            chosen.append(pair)
            moved |= starts
    return chosen


def _swap(first: re.Match[str], second: re.Match[str]) -> list[tuple[int, int, str]]:
    return [(*first.span(), second[0]), (*second.span(), first[0])]
