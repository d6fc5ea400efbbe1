"""What models have taken texts for, kept for all attacks on the same texts in one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from harness.core.attacked import Guess
from harness.core.sample import Sample
from harness.engine.known_answers import Key, Known, KnownOfModels


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer in words that no label can be read from."""

    reason: str


Reading: TypeAlias = Guess | Unreadable
Guesses: TypeAlias = Known[Reading]
GuessCache: TypeAlias = KnownOfModels[Reading]


def key_of(sample: Sample, text: str) -> Key:
    """Return what an answer's meaning depends on: the text, the choices and the right answers."""
    return text, sample.choices, sample.targets
