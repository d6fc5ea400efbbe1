"""Everything in small letters, in capitals, or with a capital in front of each word."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.words import WORD

Form = Literal["lower", "upper", "title"]
_SPACED = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Casing(Disturbance):
    """Changes the case of all letters and nothing else.

    A word stays as it is where another case would make it another word: the dotless i of Turkish
    has the capital ``I``, whose small letter is ``i``.
    """

    name: ClassVar[str] = "casing"
    version: ClassVar[int] = 1

    form: Form = "lower"
    """``lower``, ``upper``, or ``title``: a capital in front, the rest of each word small."""

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text in the other case."""
        del rng  # nothing is drawn
        recased = _RECASED[self.form]
        whole = recased(text)
        if whole.casefold() == text.casefold():
            return whole
        return _SPACED.sub(lambda word: _unless_another(word[0], recased), text)


def _unless_another(word: str, recased: Callable[[str], str]) -> str:
    new = recased(word)
    return new if new.casefold() == word.casefold() else word


def _titled(text: str) -> str:
    """Capitalise each word; ``str.title`` would write ``Don'T``."""
    return WORD.sub(lambda word: word[0].capitalize(), text)


_RECASED: Mapping[Form, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": _titled,
}
