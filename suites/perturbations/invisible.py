"""Characters of no width between the letters, as they come with text copied from the web."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

INVISIBLE = ("\u200b", "\u2060", "\u00ad", "\ufeff")
"""Zero-width space, word joiner, soft hyphen, zero-width no-break space. The joiners U+200C and
U+200D are not among them: in Arabic, in the scripts of India and between emoji they are seen."""
_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])(?=[^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invisible(Disturbance):
    """Puts characters that nobody sees between letters: the same text to a reader, other tokens."""

    name: ClassVar[str] = "invisible"
    version: ClassVar[int] = 1

    rate: float = 0.1
    """Share of the places between two letters of a word that get one, in (0, 1]."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with the characters in it."""
        places = [place.start() for place in _BETWEEN_LETTERS.finditer(text)]
        chosen = some_of(places, self.rate, len(places), rng)
        return spliced(text, [(at, at, rng.choice(INVISIBLE)) for at in chosen])
