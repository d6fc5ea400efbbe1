"""A sentence, a link or a name of an account that has nothing to do with the text."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.core.errors import ConfigError
from harness.suites.perturbations.disturbance import Disturbance

Kind = Literal["sentence", "link", "handle"]

SENTENCES = (
    "The bus stops at the corner of the street.",
    "A week has seven days.",
    "The office is on the second floor.",
    "The train left at ten past nine.",
    "Tomorrow is the first day of the month.",
    "The letter was sent on a Tuesday.",
    "The table is made of wood.",
    "The library opens at eight in the morning.",
    "Rivers flow into the sea.",
    "The box holds twelve pencils.",
    "The road runs from north to south.",
    "Water boils when it is heated.",
)
"""Plain facts without praise, blame, request or person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distractor(Disturbance):
    """Adds to a text what should change no answer."""

    name: ClassVar[str] = "distractor"
    version: ClassVar[int] = 1

    kind: Kind = "sentence"
    """``sentence``: a plain fact. ``link``: a shortened address. ``handle``: an account's name."""
    at: Literal["end", "start"] = "end"
    """Behind the text, or in front of it."""
    text: str | None = None
    """Your own addition, the same for all texts, instead of those above."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.text is not None and not self.text.strip():
            raise ConfigError("text", "is empty", "write what is to be added, or leave it out")

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with the addition; an empty one stays empty."""
        if not text.strip():
            return text
        addition = _DRAWN[self.kind](rng) if self.text is None else self.text
        return f"{text} {addition}" if self.at == "end" else f"{addition} {text}"


def _address(rng: random.Random) -> str:
    """Draw an address below a name that nobody can own (RFC 2606)."""
    return f"https://short.example/{_letters(rng, string.ascii_letters + string.digits)}"


def _account(rng: random.Random) -> str:
    return f"@{_letters(rng, string.ascii_lowercase + string.digits)}"


def _letters(rng: random.Random, alphabet: str) -> str:
    return "".join(rng.choices(alphabet, k=8))


def _sentence(rng: random.Random) -> str:
    return rng.choice(SENTENCES)


_DRAWN: Mapping[Kind, Callable[[random.Random], str]] = {
    "sentence": _sentence,
    "link": _address,
    "handle": _account,
}
