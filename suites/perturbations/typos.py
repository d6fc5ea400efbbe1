"""Slips of the fingers: a neighbouring key, a letter too many, one too few, two swapped."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import ClassVar, Literal, TypeAlias

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import in_case_of, spliced, words_of

Layout = Literal["qwerty", "qwertz", "azerty"]
Edit: TypeAlias = tuple[int, int, str]

_ROWS: dict[Layout, tuple[str, str, str]] = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiop", "asdfghjkl", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
_OFFSETS = (0.0, 0.25, 0.75)
"""How far a row of keys is shifted to the right, in widths of a key."""
_REACH = 1.3
"""Widths of a key between the middles of two that a finger may mix up: those that touch."""
_LETTERS = re.compile(r"[A-Za-z]{2,}(?![\u0300-\u036f])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typos(Disturbance):
    """Makes one slip in each of some words.

    Which of the four kinds it is, and at which letter, is drawn. Words without two letters from a
    to z side by side are never touched.
    """

    name: ClassVar[str] = "typos"
    version: ClassVar[int] = 1

    rate: float = 0.1
    """Share of the words with a slip, in (0, 1]."""
    layout: Layout = "qwerty"
    """The keyboard, ``qwerty``, ``qwertz`` or ``azerty``: it says which keys are neighbours."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with its slips."""
        words = words_of(text)
        places = [place for place in map(_letters_in, words) if place is not None]
        chosen = some_of(places, self.rate, len(words), rng)
        return spliced(text, [self._slip(text, *place, rng) for place in chosen])

    def _slip(self, text: str, start: int, end: int, rng: random.Random) -> Edit:
        kind = rng.choice(("neighbour", "extra", "missing", "swapped"))
        pairs = [i for i, (a, b) in enumerate(pairwise(text[start:end]), start) if a != b]
        if kind == "swapped" and pairs:
            at = rng.choice(pairs)
            return at, at + 2, text[at + 1] + text[at]
        at = rng.randrange(start, end)
        if kind == "missing":
            return at, at + 1, ""
        letter = text[at]
        wrong = in_case_of(letter, rng.choice(_neighbours(self.layout)[letter.lower()]))
        return at, at + 1, letter + wrong if kind == "extra" else wrong


def _letters_in(word: re.Match[str]) -> tuple[int, int] | None:
    """Return where the letters are that a slip may happen in."""
    found = _LETTERS.search(word.string, word.start(), word.end())
    return found.span() if found else None


@cache
def _neighbours(layout: Layout) -> dict[str, str]:
    """Return the letters whose keys touch that of a letter."""
    at = {
        letter: (column + offset, row)
        for row, (letters, offset) in enumerate(zip(_ROWS[layout], _OFFSETS, strict=True))
        for column, letter in enumerate(letters)
    }
    return {
        letter: "".join(
            other
            for other, (other_x, other_y) in at.items()
            if other != letter and (x - other_x) ** 2 + (y - other_y) ** 2 < _REACH**2
        )
        for letter, (x, y) in at.items()
    }
