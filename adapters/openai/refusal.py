"""What a status other than success means."""

from __future__ import annotations

from http import HTTPStatus

from harness.adapters.openai.retry import is_worth_retrying
from harness.core.response import FailureKind

_TOO_LONG_WORDS = ("context_length_exceeded", "exceed_context_size", "maximum context length")
"""How OpenAI, llama.cpp and vLLM say that a prompt does not fit."""


def kind_of_refusal(status: int, text: str) -> FailureKind:
    """Return the kind of failure that a status and the server's words stand for.

    >>> kind_of_refusal(429, ""), kind_of_refusal(400, "maximum context length is 2048 tokens")
    (<FailureKind.RATE_LIMITED: 'rate_limited'>, <FailureKind.TOO_LONG: 'too_long'>)
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FailureKind.RATE_LIMITED
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return FailureKind.TIMEOUT
    if is_worth_retrying(status):
        return FailureKind.SERVER_ERROR
    if any(words in text for words in _TOO_LONG_WORDS):
        return FailureKind.TOO_LONG
    return FailureKind.REJECTED
