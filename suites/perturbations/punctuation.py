"""Punctuation left out, or strewn in."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced, words_of

MARKS = ".,;:!?…\"'“”‘’«»¿¡()[]{}、。，！？；："  # noqa: RUF001 - some look like others on purpose
"""What is left out. Hyphens, signs of currency and of arithmetic carry meaning and stay."""
_RUN = re.compile(rf"(?P<before>\s?)(?P<run>[{re.escape(MARKS)}]+)(?=(?P<after>\s|\Z)?)")
_STREWN = (",", ".", "!", "?", ";", "...")


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuation(Disturbance):
    """Leaves marks out, or puts some behind words that have none.

    Marks inside a word or number (``don't``, ``3.5``, ``10:30``) stay. A space is left out with
    the mark where one would stand beside another.
    """

    name: ClassVar[str] = "punctuation"
    version: ClassVar[int] = 1

    kind: Literal["strip", "add"] = "strip"
    """``strip`` leaves marks out, ``add`` puts them in."""
    rate: float | None = None
    """Share of the runs of marks that are left out (all by default), or of the words that get a
    mark (0.1 by default), in (0, 1]."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.rate is not None:
            check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with fewer marks, or more."""
        if self.kind == "add":
            return self._with_more(text, rng)
        runs = [run for run in _RUN.finditer(text) if not _is_inside_a_word(run)]
        chosen = some_of(runs, self.rate or 1.0, len(runs), rng)
        return spliced(text, [_removal(run) for run in chosen])

    def _with_more(self, text: str, rng: random.Random) -> str:
        words = words_of(text)
        bare = [word.end() for word in words if text[word.end() : word.end() + 1].isspace()]
        chosen = some_of(bare, self.rate or 0.1, len(words), rng)
        return spliced(text, [(end, end, rng.choice(_STREWN)) for end in chosen])


def _is_inside_a_word(run: re.Match[str]) -> bool:
    start, end = run.span("run")
    return run.string[start - 1 : start].isalnum() and run.string[end : end + 1].isalnum()


def _removal(run: re.Match[str]) -> tuple[int, int, str]:
    """Take out a run of marks; of the spaces on both sides of it, one."""
    has_two_spaces = run["before"] and run["after"] is not None
    start = run.start("before") if has_two_spaces else run.start("run")
    return start, run.end("run"), ""
