"""Two answers to one question, held against each other."""

from __future__ import annotations

import math

from harness.core.response import (
    AnswerGroup,
    Classification,
    Embedding,
    Generation,
    LogLikelihoods,
    Output,
    SingleAnswer,
    TokenLogLikelihoods,
)
from harness.core.score import Unscored

_A_CHOICE = 2


def pair_of(output: Output) -> tuple[SingleAnswer, SingleAnswer] | Unscored:
    """Return the first answer and the other one, which are of one kind."""
    if not isinstance(output, AnswerGroup) or len(output.answers) != _A_CHOICE:
        return Unscored(f"two answers to a question are needed, not a {type(output).__name__}")
    first, other = output.answers
    if type(first) is not type(other):
        kinds = f"a {type(first).__name__} and a {type(other).__name__}"
        return Unscored(f"{kinds} cannot be held against each other")
    return first, other


def are_identical(first: SingleAnswer, other: SingleAnswer) -> bool:
    """Tell whether two answers are the same to the last character, or to the last bit."""
    if isinstance(first, Generation) and isinstance(other, Generation):
        return first.text == other.text
    return first == other


def predictions(first: SingleAnswer, other: SingleAnswer) -> tuple[str | int, str | int] | None:
    """Return the two labels, or the places of the two likeliest continuations.

    Returns:
        None for answers that pick nothing out of several.
    """
    if isinstance(first, Classification) and isinstance(other, Classification):
        return first.label, other.label
    if isinstance(first, LogLikelihoods) and isinstance(other, LogLikelihoods):
        places = (_likeliest(first), _likeliest(other))
        return places if min(len(first.scores), len(other.scores)) >= _A_CHOICE else None
    return None


def largest_difference(first: SingleAnswer, other: SingleAnswer) -> float | Unscored:
    """Return the largest absolute difference between the numbers of two answers.

    Scores of a classifier are paired by label, log-likelihoods by continuation or by token, and
    vectors by component.
    """
    before, after = _numbers(first), _numbers(other)
    if before.keys() != after.keys():
        return Unscored("the two answers hold different labels, or different numbers of values")
    gaps = [_gap(before[key], after[key]) for key in before]
    if not all(map(math.isfinite, gaps)):
        return Unscored("one of the two answers holds a number that is not finite")
    return max(gaps, default=0.0)


def shared_prefix(first: str, other: str) -> int:
    """Return how many characters two texts have in common before they part.

    >>> shared_prefix("a good film", "a great film")
    3
    """
    pairs = zip(first, other, strict=False)
    shorter = min(len(first), len(other))
    return next((place for place, (a, b) in enumerate(pairs) if a != b), shorter)


def _likeliest(output: LogLikelihoods) -> int:
    likelihoods = [score.log_likelihood for score in output.scores]
    return max(range(len(likelihoods)), key=likelihoods.__getitem__, default=0)


def _numbers(output: SingleAnswer) -> dict[str | int, float]:
    match output:
        case Classification(labels=labels, scores=scores):
            return dict(zip(labels, scores, strict=True))
        case LogLikelihoods(scores=scored):
            return dict(enumerate(score.log_likelihood for score in scored))
        case TokenLogLikelihoods(values=values) | Embedding(values=values):
            return dict(enumerate(values))
        case _:
            return {}


def _gap(before: float, after: float) -> float:
    return 0.0 if before == after else abs(before - after)
