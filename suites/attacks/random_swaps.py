"""``random``: swaps neighbouring letters of words drawn at random; the yardstick of attacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from harness.core.errors import ConfigError
from harness.suites.attacks.random_search import Candidate, random_search

if TYPE_CHECKING:
    import random

    from harness.core.attacked import Guess
    from harness.core.ports import Metric, Search

_WORD = re.compile(r"[^\W\d_]+")
_BUDGET, _SHARE = 200, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomAttack:
    """A search that learns nothing from its answers.

    Each query draws how many words to change, which ones, and in each of them two neighbouring
    letters that differ, and swaps them. What no attack does better than is no weakness that the
    attack has found.
    """

    budget: int = _BUDGET
    """Most queries for one sample, the unchanged text counted in."""
    max_share: float = _SHARE
    """Largest share of a text's words that is changed at once, in (0, 1]; one word at least."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: no query is left for a change, or there is nothing that may be changed.
        """
        if self.budget < 2:  # noqa: PLR2004 - the first query is about the unchanged text
            raise ConfigError("budget", f"must be at least 2, not {self.budget}", "raise it")
        if not 0 < self.max_share <= 1:
            reason = f"must be above 0 and at most 1, not {self.max_share}"
            raise ConfigError("max_share", reason, "write max_share = 0.3")

    @property
    def label(self) -> str:
        """The name, with the options that are not the default."""
        said = {"budget": self.budget, "max_share": self.max_share}
        usual = {"budget": _BUDGET, "max_share": _SHARE}
        told = (f"{name}={value:g}" for name, value in said.items() if value != usual[name])
        return " ".join(("random", *told))

    @property
    def signature(self) -> Mapping[str, str]:
        """The options."""
        return {"budget": str(self.budget), "max_share": repr(self.max_share)}

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those of every attack that turns a label."""
        from harness.suites.metrics.attack import METRICS_WITHOUT_CONTROL

        return METRICS_WITHOUT_CONTROL

    def search(self, text: str, clean: Guess, rng: random.Random) -> Search:
        """Start on one text; see ``Attack.search``."""
        del clean
        words = [match.span() for match in _WORD.finditer(text)]
        open_words = [span for span in words if _places(text, span)]
        most = max(1, int(len(words) * self.max_share))
        return random_search(
            Candidate(text=text, n_changed=0),
            len(words),
            partial(_swapped, text, open_words, min(most, len(open_words))),
            rng,
            n_barren=len(words) - len(open_words),
        )

    def control(self, text: str, clean: Guess, rng: random.Random) -> Search | None:
        """Return none: this is what others are held against."""
        del text, clean, rng
        return None


def _places(text: str, span: tuple[int, int]) -> list[int]:
    """Return where two neighbouring letters of a word differ."""
    start, stop = span
    return [place for place in range(start, stop - 1) if text[place] != text[place + 1]]


def _swapped(
    text: str, open_words: list[tuple[int, int]], most: int, rng: random.Random
) -> Candidate | None:
    if not open_words:
        return None
    chosen = rng.sample(open_words, rng.randint(1, most))
    letters = list(text)
    for span in chosen:
        place = rng.choice(_places(text, span))
        letters[place : place + 2] = reversed(letters[place : place + 2])
    return Candidate(text="".join(letters), n_changed=len(chosen))
