"""Log-likelihoods of a prompt, from a completion that was asked for with ``echo`` and ``logprobs``.

Only what the server really tells is taken. A server that ignores ``echo``, gives the
probabilities of new tokens only, or cuts the text into pieces that do not spell it, has no answer
here: a number made up from the rest would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import fsum
from typing import Any

from harness.adapters.plain_answers import AnswerFormError
from harness.core.response import ContinuationScore

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    log_likelihood: float | None
    best: float | None
    """The highest log-likelihood of any token in this place, as far as the server tells."""


def read_text_scores(choice: Mapping[str, Any], text: str, start: int) -> ContinuationScore:
    """Return the score of ``text[start:]``, given what stands before it.

    A token across the border belongs to the continuation.

    Args:
        choice: one of the completion's choices.
        text: prompt and continuation, as sent.
        start: where the continuation begins, in characters.

    Raises:
        AnswerFormError: the server does not tell the probabilities of the prompt.
    """
    tokens = [token for token in _tokens(choice, text) if token.end > start]
    if not tokens:
        raise AnswerFormError("the continuation is empty")
    values = [_known(token) for token in tokens]
    if any(token.best is None for token in tokens):
        raise AnswerFormError("the answer has no top_logprobs, which tell the model's first choice")
    is_greedy = all(
        token.best is not None and value >= token.best - _ROUNDING
        for token, value in zip(tokens, values, strict=True)
    )
    return ContinuationScore(fsum(values), len(values), is_greedy)


def whole_text(choice: Mapping[str, Any], text: str) -> tuple[float, ...]:
    """Return the log-likelihood of each token of the text.

    Raises:
        AnswerFormError: as above, and where the first token has none because the server puts no
            start token before it.
    """
    return tuple(_known(token) for token in _tokens(choice, text))


def _known(token: _Token) -> float:
    value = token.log_likelihood
    if value is None:
        raise AnswerFormError(
            "a token has no log-likelihood; the first has one only after a start token"
        )
    if not value <= _ROUNDING:  # written so that NaN is refused as well
        raise AnswerFormError(f"a log-likelihood is at most 0, not {value}")
    return min(value, 0.0)


def _tokens(choice: Mapping[str, Any], text: str) -> list[_Token]:
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, dict):
        raise AnswerFormError("the answer has no logprobs: this server gives none")
    pieces = _column(logprobs, "tokens", str)
    values = _column(logprobs, "token_logprobs", (int, float, type(None)))
    bests = _bests(logprobs, len(pieces))
    if len(values) != len(pieces):
        raise AnswerFormError("the answer's tokens and token_logprobs differ in length")
    n_before = _n_before(pieces, text)
    ends = list(accumulate(map(len, pieces[n_before:])))
    starts = [0, *ends[:-1]]
    columns = zip(starts, ends, values[n_before:], bests[n_before:], strict=True)
    return [_Token(*column) for column in columns if column[0] < len(text)]


def _n_before(pieces: list[str], text: str) -> int:
    # A start token (BOS) comes first at some servers, and is no part of the text.
    for n_before in (0, 1):
        if "".join(pieces[n_before:]).startswith(text):
            return n_before
    raise AnswerFormError("the answer's tokens do not spell the prompt: this server does not echo")


def _column(logprobs: Mapping[str, Any], name: str, kind: Any) -> list[Any]:
    column = logprobs.get(name)
    if not isinstance(column, list) or not all(isinstance(item, kind) for item in column):
        raise AnswerFormError(f"the answer's logprobs have no list of {name}")
    return column


def _bests(logprobs: Mapping[str, Any], n_tokens: int) -> list[float | None]:
    column = logprobs.get("top_logprobs")
    if not isinstance(column, list) or len(column) != n_tokens:
        return [None] * n_tokens
    return [_best(top) for top in column]


def _best(top: object) -> float | None:
    values = list(top.values()) if isinstance(top, dict) else []
    return max(values) if values and all(isinstance(v, int | float) for v in values) else None
