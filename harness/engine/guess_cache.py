"""What models have taken texts for, kept for all attacks on the same texts in one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from harness.core.attacked import Guess
from harness.core.sample import Sample

MOST_CHARACTERS = 200_000_000
"""Of all texts kept, their bookkeeping counted in: about as many bytes."""
_ENTRY = 400
"""Bytes that an entry takes beside the characters of its text."""

Key: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer in words that no label can be read from."""

    reason: str


Reading: TypeAlias = Guess | Unreadable


def key_of(sample: Sample, text: str) -> Key:
    """Return what an answer's meaning depends on: the text, the choices and the right answers."""
    return text, sample.choices, sample.targets


@dataclass(slots=True)
class Guesses:
    """Those of one model. Of old ones the half is forgotten when they are too many."""

    most_characters: int = MOST_CHARACTERS
    _recent: dict[Key, Reading] = field(default_factory=dict)
    _older: dict[Key, Reading] = field(default_factory=dict)
    _size: int = 0
    """Of the recent ones."""

    def get(self, key: Key) -> Reading | None:
        """Return what is known; None where nothing is."""
        known = self._recent.get(key)
        return self._older.get(key) if known is None else known

    def keep(self, key: Key, reading: Reading) -> None:
        """Remember."""
        self._recent[key] = reading
        self._size += len(key[0]) + _ENTRY
        if self._size > self.most_characters // 2:
            self._older, self._recent, self._size = self._recent, {}, 0


@dataclass(slots=True)
class GuessCache:
    """Shared by all attacks on one clean suite."""

    _of_models: dict[str, Guesses] = field(default_factory=dict)

    def of(self, fingerprint: str) -> Guesses:
        """Return what is known of one model; others are forgotten, as models are asked in turn."""
        if fingerprint not in self._of_models:
            self._of_models = {fingerprint: Guesses()}
        return self._of_models[fingerprint]
