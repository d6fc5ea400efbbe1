"""What models have said of texts, kept for all that is asked about the same texts in one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

MOST_CHARACTERS = 200_000_000
"""Of all texts kept, their bookkeeping counted in: about as many bytes."""
_ENTRY = 400
"""Bytes that an entry takes beside the characters of its text."""

Value = TypeVar("Value")
Key: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]
"""The text, the choices of its sample, and what else an answer's meaning depends on."""


@dataclass(slots=True)
class Known(Generic[Value]):
    """Answers of one model. Of old ones the half is forgotten when they are too many."""

    most_characters: int = MOST_CHARACTERS
    _recent: dict[Key, Value] = field(default_factory=dict)
    _older: dict[Key, Value] = field(default_factory=dict)
    _size: int = 0
    """Of the recent ones."""

    def get(self, key: Key) -> Value | None:
        """Return what is known; None where nothing is."""
        known = self._recent.get(key)
        return self._older.get(key) if known is None else known

    def keep(self, key: Key, value: Value) -> None:
        """Remember."""
        self._recent[key] = value
        self._size += len(key[0]) + _ENTRY
        if self._size > self.most_characters // 2:
            self._older, self._recent, self._size = self._recent, {}, 0


@dataclass(slots=True)
class KnownOfModels(Generic[Value]):
    """Shared by all suites that ask about the texts of one clean suite."""

    _of_models: dict[str, Known[Value]] = field(default_factory=dict)

    def of(self, fingerprint: str) -> Known[Value]:
        """Return what is known of one model; others are forgotten, as models are asked in turn."""
        if fingerprint not in self._of_models:
            self._of_models = {fingerprint: Known()}
        return self._of_models[fingerprint]

    def forget(self) -> None:
        """Know nothing any more: what is said in another run is to be said anew."""
        self._of_models = {}
