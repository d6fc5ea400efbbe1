"""Letters of other scripts that look like Latin ones."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

LOOKS_LIKE: Mapping[str, str] = {
    "a": "\u0430",
    "c": "\u0441",
    "d": "\u0501",
    "e": "\u0435",
    "h": "\u04bb",
    "i": "\u0456",
    "j": "\u0458",
    "l": "\u04cf",
    "o": "\u043e\u03bf",
    "p": "\u0440",
    "q": "\u051b",
    "s": "\u0455",
    "v": "\u03bd",
    "w": "\u051d",
    "x": "\u0445",
    "y": "\u0443",
    "A": "\u0410\u0391",
    "B": "\u0412\u0392",
    "C": "\u0421",
    "E": "\u0415\u0395",
    "G": "\u050c",
    "H": "\u041d\u0397",
    "I": "\u0406\u0399",
    "J": "\u0408",
    "K": "\u041a\u039a",
    "M": "\u041c\u039c",
    "N": "\u039d",
    "O": "\u041e\u039f",
    "P": "\u0420\u03a1",
    "Q": "\u051a",
    "S": "\u0405",
    "T": "\u0422\u03a4",
    "W": "\u051c",
    "X": "\u0425\u03a7",
    "Y": "\u04ae\u03a5",
    "Z": "\u0396",
}
"""Cyrillic and Greek letters by the Latin one whose shape they have in most fonts."""
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Homoglyphs(Disturbance):
    """Writes some letters with those of another script that look the same."""

    name: ClassVar[str] = "homoglyphs"
    version: ClassVar[int] = 1

    rate: float = 0.1
    """Share of the letters from a to z that are exchanged, in (0, 1]."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with letters of other scripts in it."""
        letters = list(_LETTER.finditer(text))
        places = [letter for letter in letters if letter[0] in LOOKS_LIKE]
        chosen = some_of(places, self.rate, len(letters), rng)
        return spliced(
            text, [(*place.span(), rng.choice(LOOKS_LIKE[place[0]])) for place in chosen]
        )
