"""What is asked of one line of a batch when likelihoods are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Tokens = tuple[int, ...]


class Query(NamedTuple):
    """How likely is ``target``, going by the model's output at ``position`` of a row?"""

    position: int
    target: int


@dataclass(frozen=True, slots=True)
class Span:
    """One row's part of the likelihood of one continuation."""

    tokens: Tokens
    """What the model reads; the decoder's input for an encoder-decoder model."""
    queries: tuple[Query, ...]
    source: Tokens = ()
    """The encoder's input; empty for other models."""


@dataclass(frozen=True, slots=True)
class ScoringRow:
    """One line of a batch, with everything that one request asks of it."""

    tokens: Tokens
    source: Tokens
    queries: tuple[Query, ...]

    @property
    def n_tokens(self) -> int:
        """Tokens read."""
        return len(self.tokens) + len(self.source)
