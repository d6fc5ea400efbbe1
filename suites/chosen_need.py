"""What a model has to do, where an option of the suite picks one of several things."""

from __future__ import annotations

from typing import Protocol

from harness.core.capability import Capability


class Choosing(Protocol):
    """A suite whose option ``ask`` says what to ask for."""

    @property
    def ask(self) -> str | None:
        """A capability, or None for the first that a model has."""
        ...


class ChosenNeed:
    """On the class, and on a suite that does not say: any of several. Else what the suite says."""

    def __init__(self, *either: Capability) -> None:
        self._either = either

    def __get__(self, suite: Choosing | None, owner: type) -> tuple[Capability, ...]:
        """Return capabilities of which any one will do."""
        if suite is None or suite.ask is None:
            return self._either
        return (Capability(suite.ask),)
