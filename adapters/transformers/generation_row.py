"""What the decoding loop has to know about one line of its batch."""

from __future__ import annotations

from dataclasses import dataclass

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """One line of a batch. Greedy rows with equal fields are one row."""

    tokens: Tokens
    max_new_tokens: int
    stop: tuple[str, ...]
    temperature: float
    top_p: float
    random_key: str
    """Names the row's own stream of random numbers; empty when greedy."""
    min_new_tokens: int = 0
    """The row does not end before."""

    @property
    def n_tokens(self) -> int:
        """Tokens read and, at most, written."""
        return len(self.tokens) + self.max_new_tokens
