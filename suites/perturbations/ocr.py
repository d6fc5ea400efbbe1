"""Letters taken for others of the same shape, as when a page is scanned."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

_TAKEN_FOR: Mapping[str, tuple[str, ...]] = {
    "rn": ("m",),
    "m": ("rn", "nn"),
    "nn": ("m",),
    "cl": ("d",),
    "d": ("cl",),
    "ll": ("U", "11"),
    "li": ("h",),
    "ri": ("n",),
    "fi": ("h",),
    "vv": ("w",),
    "w": ("vv",),
    "ii": ("u", "n"),
    "a": ("o", "u"),
    "b": ("h", "6"),
    "c": ("e", "o"),
    "e": ("c", "o"),
    "f": ("t",),
    "g": ("q", "9"),
    "h": ("b", "li"),
    "i": ("l", "1", "j"),
    "j": ("i", ";"),
    "k": ("lc",),
    "l": ("1", "I", "i"),
    "n": ("ri", "u"),
    "o": ("0", "c"),
    "p": ("n",),
    "q": ("g", "9"),
    "r": ("t",),
    "s": ("5", "8"),
    "t": ("f", "l"),
    "u": ("n", "ii"),
    "v": ("y",),
    "y": ("v",),
    "z": ("2",),
    "B": ("8", "R"),
    "C": ("G", "("),
    "D": ("O", "0"),
    "E": ("F",),
    "F": ("P", "E"),
    "G": ("6", "C"),
    "H": ("II", "N"),
    "I": ("l", "1"),
    "K": ("X",),
    "L": ("1",),
    "M": ("N", "IVI"),
    "N": ("M", "H"),
    "O": ("0", "Q"),
    "P": ("F",),
    "Q": ("O",),
    "R": ("P",),
    "S": ("5", "8"),
    "T": ("1", "I"),
    "U": ("V", "LI"),
    "V": ("U",),
    "W": ("VV",),
    "Z": ("2",),
    "0": ("O", "o"),
    "1": ("l", "I"),
    "2": ("Z",),
    "5": ("S",),
    "8": ("B",),
    ".": (",",),
    ",": (".",),
}
"""Pairs and letters, each with what a reader of printed pages takes it for. Digits become letters
and never other digits: a number that is wrong is another question."""
_SHAPE = re.compile("|".join(map(re.escape, sorted(_TAKEN_FOR, key=lambda s: (-len(s), s)))))
_NO_SPACE = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocr(Disturbance):
    """Reads some characters as others of their shape: ``rn`` as ``m``, ``l`` as ``1``."""

    name: ClassVar[str] = "ocr"
    version: ClassVar[int] = 1

    rate: float = 0.03
    """Share of the characters (spaces left out) that are misread, in (0, 1]; a pair that is taken
    for one letter counts as one."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text as it was read."""
        shapes = list(_SHAPE.finditer(text))
        n_characters = len(_NO_SPACE.findall(text))
        chosen = some_of(shapes, self.rate, n_characters, rng)
        return spliced(text, [(*s.span(), rng.choice(_TAKEN_FOR[s[0]])) for s in chosen])
