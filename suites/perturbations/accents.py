"""Letters with accents that they do not have, or without those that they have."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0304\u0306"
"""Grave, acute, circumflex, tilde, diaeresis, ring, caron, cedilla, macron, breve."""
_LATIN = re.compile(r"[A-Za-z](?![\u0300-\u036f])")
_ACCENTED = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+|[\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accents(Disturbance):
    """Adds accents to letters from a to z, or takes them off.

    Only Latin letters are touched: what looks like an accent makes another letter elsewhere.
    """

    name: ClassVar[str] = "accents"
    version: ClassVar[int] = 1

    kind: Literal["add", "strip"] = "add"
    """``add`` puts accents on letters, ``strip`` takes all of them off."""
    rate: float = 0.1
    """Share of the letters from a to z that get one, in (0, 1]; of no account to ``strip``."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with other accents."""
        if self.kind == "strip":
            return _ACCENTED.sub(lambda found: _plain(found[0]), text)
        letters = list(_LATIN.finditer(text))
        places = [letter for letter in letters if _accented(letter[0])]
        chosen = some_of(places, self.rate, len(letters), rng)
        return spliced(text, [(*place.span(), rng.choice(_accented(place[0]))) for place in chosen])


def _plain(accented: str) -> str:
    """Return the letter below an accent; nothing for the accent alone, ``ø`` for ``ø``."""
    base = unicodedata.normalize("NFD", accented)[0]
    if unicodedata.combining(base):
        return ""
    return base if base.isascii() else accented


@cache
def _accented(letter: str) -> tuple[str, ...]:
    """Return the letter with each accent that makes a character of its own."""
    composed = (unicodedata.normalize("NFC", letter + accent) for accent in _ACCENTS)
    return tuple(character for character in composed if len(character) == 1)
