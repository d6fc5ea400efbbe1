"""A question whose evidence may stand anywhere in a long context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that is asked about at every depth; only the place of the evidence changes."""

    id: str
    """Unique within its suite."""
    cluster: str
    """Contexts that share it are not independent."""
    evidence: str
    """The one item that holds the answer."""
    others: tuple[str, ...]
    """All other items, in the order in which they stand around it."""
    question: str
    answers: tuple[str, ...]
    """Any of these is right."""
    rivals: tuple[str, ...]
    """Wrong answers, for a model that can only score; may be empty."""

    @property
    def size(self) -> int:
        """Items, the evidence among them."""
        return len(self.others) + 1

    def items(self, place: int) -> tuple[str, ...]:
        """Return all items with the evidence at a place, from 0."""
        return (*self.others[:place], self.evidence, *self.others[place:])


class Form(Protocol):
    """A kind of context."""

    @property
    def prompt(self) -> str:
        """What is asked by default, with ``{context}`` and ``{question}``."""
        ...

    @property
    def noun(self) -> str:
        """What the items are, in the plural."""
        ...

    @property
    def n_contexts(self) -> int:
        """How many contexts there are of each size."""
        ...

    def contexts(self, size: int) -> tuple[Context, ...]:
        """Return the contexts of one size, in order."""
        ...

    def joined(self, items: tuple[str, ...]) -> str:
        """Return the items as one text."""
        ...


def place_of(depth: float, size: int) -> int:
    """Return the place of the evidence among so many items, from 0.

    >>> [place_of(depth, 5) for depth in (0, 0.5, 1)]
    [0, 2, 4]
    """
    return round(depth * (size - 1))
