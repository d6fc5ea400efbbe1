"""Asks judges about texts that were changed, beside the texts as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.judge import Judge, answers_of
from harness.core.request import Embed, RollingLogLikelihood
from harness.core.response import Embedding, Failure, Response, TokenLogLikelihoods

Pair: TypeAlias = tuple[str, str]
"""A text as it was, and as it is."""
Value: TypeAlias = float | str
"""What a judge says of a pair, or why it says nothing."""
_Note: TypeAlias = Callable[[str], None]


def similarities(judge: Judge, pairs: Sequence[Pair], note: _Note) -> list[Value]:
    """Return the cosine of the vectors of both texts of each pair, in [-1, 1].

    Args:
        judge: a model that embeds; it is asked about each text once.
        pairs: of texts.
        note: is told what takes time.

    Raises:
        HarnessError: the judge cannot be loaded.
    """
    texts = _distinct(pairs)
    answers = answers_of(judge, [Embed(text=text) for text in texts], note)
    found = dict(zip(texts, map(_unit_vector, answers), strict=True))
    return [_cosine(found[before], found[after]) for before, after in pairs]


def log_perplexity_ratios(judge: Judge, pairs: Sequence[Pair], note: _Note) -> list[Value]:
    """Return how much the logarithm of perplexity per token grows from text to changed text.

    The perplexity of a text is exp(-mean log-likelihood of its tokens) under the judge's own
    tokenizer, each token conditioned on those before it.

    Args:
        judge: a model that scores; it is asked about each text once.
        pairs: of texts.
        note: is told what takes time.

    Raises:
        HarnessError: the judge cannot be loaded.
    """
    texts = _distinct(pairs)
    answers = answers_of(judge, [RollingLogLikelihood(text=text) for text in texts], note)
    found = dict(zip(texts, map(_mean_log_likelihood, answers), strict=True))
    return [_difference(found[before], found[after]) for before, after in pairs]


def _distinct(pairs: Iterable[Pair]) -> list[str]:
    return list(dict.fromkeys(text for pair in pairs for text in pair))


def _unit_vector(answer: Response | Failure) -> NDArray[np.float32] | str:
    if isinstance(answer, Failure):
        return _reason(answer)
    if not isinstance(answer.output, Embedding):
        return f"{type(answer.output).__name__} is no vector"
    vector = np.array(answer.output.values, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        return f"a vector of length {length:g} points nowhere"
    return (vector / length).astype(np.float32)


def _cosine(before: NDArray[np.float32] | str, after: NDArray[np.float32] | str) -> Value:
    for side in (before, after):
        if isinstance(side, str):
            return side
    assert not isinstance(before, str)
    assert not isinstance(after, str)
    if before.shape != after.shape:
        return f"vectors of {before.size} and of {after.size} numbers cannot be compared"
    return float(np.clip(before.astype(np.float64) @ after.astype(np.float64), -1.0, 1.0))


def _mean_log_likelihood(answer: Response | Failure) -> Value:
    if isinstance(answer, Failure):
        return _reason(answer)
    output = answer.output
    if not isinstance(output, TokenLogLikelihoods):
        return f"{type(output).__name__} tells nothing of tokens"
    if output.is_total:
        return "only a whole text's log-likelihood is known, and not its number of tokens"
    if not output.values:
        return "a text without a token that could be predicted has no perplexity"
    mean = float(np.mean(output.values))
    return mean if np.isfinite(mean) else "a text that the judge takes for impossible"


def _difference(before: Value, after: Value) -> Value:
    for side in (before, after):
        if isinstance(side, str):
            return side
    return float(before) - float(after)


def _reason(failure: Failure) -> str:
    return f"{failure.kind.value}: {failure.message}"


def complaints(measure: str, judge: str, values: Sequence[Value]) -> Iterator[str]:
    """Yield a sentence where some pairs have no value, with the first reason."""
    reasons = [value for value in values if isinstance(value, str)]
    if reasons:
        yield (
            f"{measure}: judge {judge!r} gave no value on {len(reasons)} of {len(values)} changed"
            f" texts, which are counted as missing; the first so: {reasons[0]}"
        )
