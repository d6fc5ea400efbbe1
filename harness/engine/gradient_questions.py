"""Asks a model for gradients, many searches' questions at once and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from harness.core.ports import Session
from harness.core.request import Differentiate, Payload
from harness.core.response import Failure, FailureKind, Response
from harness.core.token_gradients import TokenGradients
from harness.engine.execute import WINDOW, answers_to

Answer = Response | Failure


def answered(
    session: Session, questions: Iterable[Differentiate]
) -> Iterator[tuple[Differentiate, Answer]]:
    """Yield each distinct question with its answer, short texts first.

    Raises:
        AdapterError: the model is gone.
    """
    ordered = iter(sorted(dict.fromkeys(questions), key=lambda asked: len(asked.text)))
    while window := list(islice(ordered, WINDOW)):
        payloads: dict[str, Payload] = {str(place): each for place, each in enumerate(window)}
        for name, answer in answers_to(session, payloads):
            yield window[int(name)], answer


def read(answer: Answer) -> TokenGradients | Failure:
    """Return the gradients that came back, or why none did."""
    if isinstance(answer, Failure):
        return answer
    if isinstance(answer.output, TokenGradients):
        return answer.output
    reason = f"gradients were asked for, and {type(answer.output).__name__} came back"
    return Failure(kind=FailureKind.PROTOCOL, message=reason)
