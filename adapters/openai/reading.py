"""What comes back: the body of a successful answer, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.adapters.openai.body import joined_texts
from harness.adapters.openai.prompt_scores import read_text_scores, whole_text
from harness.adapters.plain_answers import AnswerFormError, check_text
from harness.adapters.stop_strings import before_stop
from harness.core.request import Generate, LogLikelihood, Payload, RollingLogLikelihood
from harness.core.response import (
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
    Usage,
)


class RefusedError(ValueError):
    """The server answered that it will not answer; the text says how."""


def decoded(content: bytes) -> str:
    """Return the body as text.

    Raises:
        AnswerFormError: it is not in UTF-8; replaced characters would be scored as the model's.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise AnswerFormError(f"the answer is not in UTF-8 (byte {error.start})") from error


def read_body(content: str) -> Mapping[str, Any]:
    """Return the body as a JSON object.

    Raises:
        AnswerFormError: it is none, such as the page of a proxy.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AnswerFormError("the answer is not JSON") from error
    if not isinstance(data, dict):
        raise AnswerFormError(f"the answer is a JSON {type(data).__name__}, not an object")
    return data


def read_output(payload: Payload, data: Mapping[str, Any]) -> Output:
    """Return the output in a body.

    Raises:
        AnswerFormError: it is not there, or not in the form of the API.
        RefusedError: the model refused, or a filter held the text back.
    """
    if isinstance(payload, Generate):
        return _read_generation(payload, data)
    if isinstance(payload, LogLikelihood):
        texts = joined_texts(payload)
        start = len(str(payload.prompt))
        pairs = zip(texts, _choices(data, len(texts)), strict=True)
        return LogLikelihoods(tuple(read_text_scores(c, text, start) for text, c in pairs))
    if isinstance(payload, RollingLogLikelihood):
        (choice,) = _choices(data, 1)
        return TokenLogLikelihoods(values=whole_text(choice, payload.text))
    raise AnswerFormError(f"{type(payload).__name__} is nothing this API answers")


def read_usage(data: Mapping[str, Any]) -> Usage | None:
    """Return the tokens counted by the server, or None when it counts none."""
    usage = data.get("usage")
    if not isinstance(usage, dict):
        return None
    return Usage(
        n_input_tokens=read_count(usage.get("prompt_tokens")),
        n_output_tokens=read_count(usage.get("completion_tokens")),
    )


def _read_generation(payload: Generate, data: Mapping[str, Any]) -> Generation:
    (choice,) = _choices(data, 1)
    reason = choice.get("finish_reason")
    reason = reason if isinstance(reason, str) else "unknown"
    message = choice.get("message")
    holder = message if isinstance(message, dict) else choice
    name = "content" if holder is message else "text"
    text = holder.get(name)
    _check_told(holder, reason)
    if not text and reason == "length":
        raise AnswerFormError(
            "the budget of new tokens was used up before any answer (finish_reason 'length')"
        )
    if text is None:
        raise AnswerFormError(f"the answer has no {name} (finish_reason {reason!r})")
    told = check_text(text, f"the {name}")
    # Not every server honours stop strings, or all of them: some take four at most.
    kept = before_stop(told, payload.stop)
    return Generation(text=kept, finish_reason=reason if kept == told else "stop")


def _check_told(holder: Mapping[str, Any], reason: str) -> None:
    # Whatever text comes along is a fragment or an apology, and would be scored as an answer.
    if holder.get("refusal"):
        raise RefusedError("the model refused to answer")
    if reason == "content_filter":
        raise RefusedError("a content filter held the answer back")


def _choices(data: Mapping[str, Any], expected: int) -> list[dict[str, Any]]:
    choices = data.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise AnswerFormError("the answer has no list of choices")
    if len(choices) != expected:
        raise AnswerFormError(f"the answer has {len(choices)} choices, not {expected}")
    order = [choice.get("index", position) for position, choice in enumerate(choices)]
    if sorted(order, key=str) != sorted(range(expected), key=str):
        raise AnswerFormError(f"the choices are numbered {order}")
    return [choice for _, choice in sorted(zip(order, choices, strict=True), key=_first)]


def _first(pair: tuple[int, object]) -> int:
    return pair[0]


def read_count(value: object) -> int | None:
    """Return a number of tokens, or None where the server wrote something else."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count else None  # type: ignore[return-value] # narrowed one line above
