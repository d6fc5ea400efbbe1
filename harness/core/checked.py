"""What no adapter may hand back, turned into a failure: None must never come to be scored."""

from __future__ import annotations

from dataclasses import replace

from harness.core.redact import redacted_words
from harness.core.response import Failure, FailureKind, Output, Response


def checked(answer: object) -> Response | Failure:
    """Return an answer, or a failure in place of what is no answer at all.

    The types say that there is no such thing; an adapter that nobody type-checked may do it all
    the same.
    """
    if isinstance(answer, Failure):
        # What a program says of its failure may quote the address or the header that it used.
        return replace(answer, message=redacted_words(answer.message))
    output: object = answer.output if isinstance(answer, Response) else answer
    if isinstance(answer, Response) and isinstance(output, Output):
        return answer
    message = f"the adapter gave {type(output).__name__} for an answer"
    return Failure(kind=FailureKind.PROTOCOL, message=message)
