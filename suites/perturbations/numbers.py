"""Whole numbers in words instead of digits, or in digits instead of words."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.words import APOSTROPHE

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = frozenset((*_SMALL, *_TENS))
_SIGNS = "%$€£¥#+/:@°\u2212-"
_DIGITS = re.compile(rf"(?<![\w.,{_SIGNS}])(?:0|[1-9]\d{{0,2}})(?![\w{_SIGNS}]|[.,]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Disturbance):
    """Writes numbers the other way, where that is simple.

    Whole numbers from 0 to 999 that stand alone: no decimals, times, dates, amounts of money,
    percentages or signs. In words up to ninety-nine, ``one`` excepted, which mostly is no number.
    """

    name: ClassVar[str] = "numbers"
    version: ClassVar[int] = 1

    to: Literal["words", "digits"] = "words"
    """How numbers are written afterwards."""

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with its numbers written the other way."""
        del rng  # nothing is drawn
        if self.to == "words":
            return _DIGITS.sub(lambda number: in_words(int(number[0])), text)
        return _WORDS.sub(lambda words: str(_VALUES[words[0].lower()]), text)


def in_words(number: int) -> str:
    """Write a whole number from 0 to 999 in English.

    >>> in_words(342), in_words(17), in_words(500)
    ('three hundred and forty-two', 'seventeen', 'five hundred')
    """
    hundreds, rest = divmod(number, 100)
    if hundreds and not rest:
        return f"{_SMALL[hundreds]} hundred"
    if hundreds:
        return f"{_SMALL[hundreds]} hundred and {in_words(rest)}"
    if rest < len(_SMALL):
        return _SMALL[rest]
    tens, ones = divmod(rest, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")


_VALUES = {in_words(number): number for number in range(100) if number != 1}
_GOES_ON = "|".join((*_SMALL[1:10], "hundred", "thousand", "million", "billion", "dozen", "point"))
_WORDS = re.compile(
    rf"(?<![\w\-])(?<!\w{APOSTROPHE})(?<!hundred )(?<!hundred and )"
    rf"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
    rf"(?!\w|{APOSTROPHE}\w|-\w|\s+(?:{_GOES_ON}|and a half)\b)",
    re.IGNORECASE,
)
"""A number in words that is no part of a longer one."""
