"""Letters of other scripts that look like Latin ones."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from harness.sources.lexicons.homoglyphs import HOMOGLYPHS, homoglyphs
from harness.sources.lexicons.lexicon import Lexicon
from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Homoglyphs(Disturbance):
    """Writes some letters with those of another script that look the same."""

    name: ClassVar[str] = "homoglyphs"
    version: ClassVar[int] = 1

    rate: float = 0.1
    """Share of the letters from a to z that are exchanged, in (0, 1]; less where fewer have a
    double, as 27 of the 52 letters, small and capital, do."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """Unicode's list of characters that were drawn to look alike."""
        return (HOMOGLYPHS,)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with letters of other scripts in it."""
        letters = list(_LETTER.finditer(text))
        alike = look_alikes()
        places = [letter for letter in letters if letter[0] in alike]
        chosen = some_of(places, self.rate, len(letters), rng)
        return spliced(text, [(*place.span(), rng.choice(alike[place[0]])) for place in chosen])


@cache
def look_alikes() -> Mapping[str, tuple[str, ...]]:
    """Return by letter from a to z those of other scripts that look like it."""
    alike = {
        letter: tuple(other for other in others if not other.isascii())
        for letter, others in homoglyphs().items()
        if _LETTER.fullmatch(letter)
    }
    return {letter: others for letter, others in alike.items() if others}
