"""The form of a line: a question to a program, and its answer."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.adapters.plain_answers import AnswerFormError, check_text, read_output
from harness.adapters.quoting import shorten
from harness.core.codec import encode_payload
from harness.core.request import (
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    Payload,
    RollingLogLikelihood,
)
from harness.core.response import Failure, FailureKind, Generation, Output, Response, Usage

_FIELD: dict[type, str] = {
    Generate: "text",
    LogLikelihood: "scores",
    RollingLogLikelihood: "values",
    Classify: "scores",
    Embed: "values",
}


class GarbageError(ValueError):
    """A line that is no answer to anything; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A line read: whose answer, and what it says."""

    id: int
    fields: Mapping[str, Any]


def write_question(number: int, payload: Payload) -> bytes:
    """Return the line that asks a question."""
    return json.dumps({"id": number, **encode_payload(payload)}).encode() + b"\n"


def read_line(
    line: bytes, longest: int, open_numbers: Container[int], answered: Container[int]
) -> Answer | None:
    """Return whose answer a line is, or None for a blank line and an answer once more.

    Args:
        line: as read, with its end unless it was cut off.
        longest: bytes at which lines are cut off.
        open_numbers: the questions that wait for an answer.
        answered: the questions that have got theirs.

    Raises:
        GarbageError: the line is too long, no JSON object, or has the id of no question.
    """
    if len(line) >= longest and not line.endswith(b"\n"):
        raise GarbageError(f"it wrote a line of {longest >> 20} MiB or more")
    if line.isspace():
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        shown = shorten(line.decode("utf-8", "replace"), 200)
        raise GarbageError(f"it wrote {shown!r}, which is not JSON") from error
    number = fields.get("id") if isinstance(fields, dict) else None
    if isinstance(number, bool) or not isinstance(number, int):
        shown = shorten(line.decode("utf-8", "replace"), 200)
        raise GarbageError(f"it wrote {shown}, which has no id of a question")
    if number in answered:
        return None
    if number not in open_numbers:
        raise GarbageError(f"it answered question {number}, which is not open")
    return Answer(number, fields)


def read_answer(
    payload: Payload, fields: Mapping[str, Any], labels: Sequence[str], latency_s: float | None
) -> Response | Failure:
    """Return the response or failure that an answer stands for."""
    try:
        if fields.get("error") is not None:
            reason = f"it refused the question: {shorten(str(fields['error']))}"
            return Failure(kind=FailureKind.REJECTED, message=reason)
        output = _read_output(payload, fields, labels)
        return Response(output=output, usage=_usage(fields), latency_s=latency_s)
    except AnswerFormError as error:
        return Failure(kind=FailureKind.PROTOCOL, message=str(error))


def _read_output(payload: Payload, fields: Mapping[str, Any], labels: Sequence[str]) -> Output:
    name = _FIELD[type(payload)]
    if name not in fields:
        given = ", ".join(sorted(fields))
        raise AnswerFormError(
            f"the answer to {type(payload).__name__} lacks {name!r} (has {given})"
        )
    output = read_output(payload, fields[name], labels)
    if isinstance(output, Generation) and "finish_reason" in fields:
        reason = check_text(fields["finish_reason"], "finish_reason")
        return replace(output, finish_reason=reason)
    return output


def _usage(fields: Mapping[str, Any]) -> Usage | None:
    usage = fields.get("usage")
    if usage is None:
        return None
    names = ("n_input_tokens", "n_output_tokens")
    if not isinstance(usage, dict) or not all(_is_count(usage.get(name)) for name in names):
        raise AnswerFormError(f"usage must have whole numbers as {' and '.join(names)}")
    return Usage(**{name: usage.get(name) for name in names})


def _is_count(value: object) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (is_number and value >= 0)  # type: ignore[operator] # an int by now
