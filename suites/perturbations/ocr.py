"""Letters taken for others of the same shape, as when a printed page is scanned."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.ocr import OCR_ERRORS, ocr_letters
from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

_NO_SPACE = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocr(Disturbance):
    """Reads some letters as others of their shape: ``li`` as ``h``, ``e`` as ``c``, ``l`` as ``1``.

    What is read in place of what, and how often, was counted in scanned books. Small letters only;
    digits are never touched, since another number is another question.
    """

    name: ClassVar[str] = "ocr"
    version: ClassVar[int] = 1

    rate: float = 0.03
    """Share of the characters (spaces left out) that are misread, in (0, 1]; two that are read as
    one count once. Less where fewer can be misread: about two in three can."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """Misread words of scanned books."""
        return (OCR_ERRORS,)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text as it was read."""
        shapes = list(_shapes().finditer(text))
        n_characters = len(_NO_SPACE.findall(text))
        chosen = some_of(shapes, self.rate, n_characters, rng)
        return spliced(text, [(*shape.span(), _misread(shape[0], rng)) for shape in chosen])


def _misread(letters: str, rng: random.Random) -> str:
    counts = ocr_letters()[letters]
    (read,) = rng.choices(tuple(counts), tuple(counts.values()))
    return read


@cache
def _shapes() -> re.Pattern[str]:
    """Return a pattern of all that is misread, pairs before single letters."""
    longest_first = sorted(ocr_letters(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
