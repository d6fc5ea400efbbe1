"""What a white-box search may ask, each with the type of what comes back."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from harness.core.attacked import Guess
from harness.core.request import Differentiate
from harness.core.token_gradients import TokenGradients


def guesses_of(
    texts: Sequence[str],
) -> Generator[Sequence[str], Sequence[Guess], Sequence[Guess]]:
    """Ask what the model takes texts for."""
    return (yield texts)


def gradients_at(
    questions: Sequence[Differentiate],
) -> Generator[Sequence[Differentiate], Sequence[TokenGradients], Sequence[TokenGradients]]:
    """Ask for gradients."""
    return (yield questions)
