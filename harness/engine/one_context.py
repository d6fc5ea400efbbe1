"""Asks a session about one context at a time, and joins what belongs to one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.core.abilities import Replaying
from harness.core.contexts import Part, joined, parts_of
from harness.core.ports import Session
from harness.core.request import LogLikelihood, Request
from harness.core.response import (
    Exchange,
    Failure,
    FailureKind,
    LogLikelihoods,
    Response,
    SingleAnswer,
)

_SEPARATOR = "\x1f"
"""Between a request's id and the number of a part: ASCII's own sign for this."""


@dataclass(slots=True)
class _Open:
    """A question of several parts, and what has come back of it."""

    request: Request
    parts: tuple[Part, ...]
    answers: dict[int, Response | Failure] = field(default_factory=dict)

    def exchange(self) -> Exchange:
        """Return the whole, once every part is there."""
        ordered = [self.answers[number] for number in range(len(self.parts))]
        return Exchange(self.request, joined(self.request.payload, self.parts, ordered))


def respond(session: Session, requests: Sequence[Request]) -> Iterator[Exchange]:
    """Yield one exchange per request, as :meth:`Session.respond` does.

    A question is answered when the last of its parts is. A stored run may hold the whole, with more
    than its parts have (what judges said of them), so that it is asked for that first.
    """
    if isinstance(session, Replaying):
        yield from _given_again(session, requests)
    else:
        yield from _by_part(session, requests)


def _given_again(session: Session, requests: Sequence[Request]) -> Iterator[Exchange]:
    in_parts = []
    for exchange in session.respond(requests):
        if isinstance(exchange.answer, Failure) and parts_of(exchange.request.payload):
            in_parts.append(exchange.request)
        else:
            yield exchange
    yield from _by_part(session, in_parts)


def _by_part(session: Session, requests: Sequence[Request]) -> Iterator[Exchange]:
    waiting: dict[str, _Open] = {}
    owners: dict[str, tuple[str, int]] = {}
    asked: list[Request] = []
    for request in requests:
        parts = parts_of(request.payload)
        if not parts:
            asked.append(request)
            continue
        waiting[request.id] = _Open(request, parts)
        for number, part in enumerate(parts):
            name = f"{request.id}{_SEPARATOR}{number}"
            owners[name] = (request.id, number)
            asked.append(Request(name, part.payload))
    for exchange in session.respond(asked):
        if exchange.request.id not in owners:
            yield exchange
            continue
        whole, number = owners[exchange.request.id]
        yield from _taken_in(waiting, whole, number, exchange.answer)


def _taken_in(
    waiting: dict[str, _Open], whole: str, number: int, answer: Response | Failure
) -> Iterator[Exchange]:
    if whole not in waiting:  # answered twice
        return
    question = waiting[whole]
    question.answers.setdefault(number, _fitting(question.parts[number], answer))
    if len(question.answers) == len(question.parts):
        yield waiting.pop(whole).exchange()


def _fitting(part: Part, answer: Response | Failure) -> Response | Failure:
    """Turn an answer that does not fit its question into a failure, before it is joined."""
    if not isinstance(answer, Response):
        return answer
    if not isinstance(part.payload, LogLikelihood):
        if isinstance(answer.output, SingleAnswer):
            return answer
        reason = f"the adapter gave {type(answer.output).__name__} for an answer"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    asked = len(part.payload.continuations)
    if isinstance(answer.output, LogLikelihoods) and len(answer.output.scores) == asked:
        return answer
    reason = f"{asked} log-likelihoods were asked for, and others came back"
    return Failure(kind=FailureKind.PROTOCOL, message=reason)
