"""The kit must catch each broken promise: an adapter that breaks exactly one, per test."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from harness.conformance import check_adapter
from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.ports import Session
from harness.core.request import Generate, LogLikelihood, Request
from harness.core.response import (
    ContinuationScore,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Response,
)

Respond = Callable[[Sequence[Request]], Iterator[Exchange]]
NO = Failure(kind=FailureKind.REJECTED, message="no such capability")
n_opened = 0


def answer(request: Request, text: str = "") -> Exchange:
    if not isinstance(request.payload, Generate):
        return Exchange(request, NO)
    words = text or str(request.payload.prompt)[::-1]
    return Exchange(request, Response(output=Generation(text=words, finish_reason="stop")))


def good(requests: Sequence[Request]) -> Iterator[Exchange]:
    return map(answer, requests)


class ToySession:
    def __init__(self, respond: Respond, *, identity: str, may_close_twice: bool) -> None:
        self.respond = respond
        self.identity = Identity({"weights": identity})
        self._may_close_twice = may_close_twice
        self._n_closed = 0

    def close(self) -> None:
        self._n_closed += 1
        if self._n_closed > 1 and not self._may_close_twice:
            raise RuntimeError("closed twice")


@dataclass(frozen=True)
class Toy:
    respond: Respond = good
    capabilities: frozenset[Capability] = frozenset({Capability.GENERATES})
    has_stable_identity: bool = True
    may_close_twice: bool = True

    def open(self) -> Session:
        global n_opened  # noqa: PLW0603 - this toy is a new model each time it is opened
        n_opened += 1
        identity = "same" if self.has_stable_identity else str(n_opened)
        return ToySession(self.respond, identity=identity, may_close_twice=self.may_close_twice)


def drops_one(requests: Sequence[Request]) -> Iterator[Exchange]:
    return map(answer, requests[1:])


def answers_twice(requests: Sequence[Request]) -> Iterator[Exchange]:
    yield from map(answer, requests)
    yield from map(answer, requests[:1])


def answers_a_stranger(requests: Sequence[Request]) -> Iterator[Exchange]:
    yield from map(answer, requests)
    if requests:
        yield answer(Request("stranger", requests[0].payload))


def swaps_the_payload(requests: Sequence[Request]) -> Iterator[Exchange]:
    return (answer(Request(request.id, Generate(prompt="other"))) for request in requests)


def depends_on_the_order(requests: Sequence[Request]) -> Iterator[Exchange]:
    return (answer(request, f"answer {index}") for index, request in enumerate(requests))


def claims_too_little(requests: Sequence[Request]) -> Iterator[Exchange]:
    output = Generation(text="x", finish_reason="stop")
    return (Exchange(request, Response(output=output)) for request in requests)


def always_fails(requests: Sequence[Request]) -> Iterator[Exchange]:
    return (Exchange(request, NO) for request in requests)


def fails_without_a_word(requests: Sequence[Request]) -> Iterator[Exchange]:
    silence = Failure(kind=FailureKind.CRASHED, message=" ")
    return (Exchange(request, silence) for request in requests)


def raises(requests: Sequence[Request]) -> Iterator[Exchange]:
    if any(not isinstance(request.payload, Generate) for request in requests):
        raise KeyError("payload")
    return map(answer, requests)


def test_a_good_adapter_passes() -> None:
    check_adapter(Toy())


@pytest.mark.parametrize(
    ("respond", "promise"),
    [
        (drops_one, "none for conformance-0"),
        (answers_twice, "has two"),
        (answers_a_stranger, "only what was asked"),
        (swaps_the_payload, "another payload"),
        (depends_on_the_order, "order changes nothing"),
        (claims_too_little, "answered, but not claimed"),
        (always_fails, "nothing was answered by: generates"),
        (fails_without_a_word, "says why"),
    ],
)
def test_each_broken_promise_is_named(respond: Respond, promise: str) -> None:
    with pytest.raises(AssertionError, match=promise):
        check_adapter(Toy(respond=respond))


def test_an_exception_for_a_foreign_payload_is_not_swallowed() -> None:
    with pytest.raises(KeyError):
        check_adapter(Toy(respond=raises))


def test_an_identity_that_moves_is_caught() -> None:
    with pytest.raises(AssertionError, match="two sessions are one model"):
        check_adapter(Toy(has_stable_identity=False))


def test_a_second_close_that_raises_is_caught() -> None:
    with pytest.raises(RuntimeError, match="closed twice"):
        check_adapter(Toy(may_close_twice=False))


@pytest.mark.parametrize(
    ("scores", "promise"),
    [
        ((ContinuationScore(-1.0, 1, is_greedy=False),), "as many scores"),
        ((ContinuationScore(0.5, 1, is_greedy=False),) * 2, "at most 0"),
    ],
)
def test_malformed_scores_are_caught(scores: tuple[ContinuationScore, ...], promise: str) -> None:
    def respond(requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            fits = isinstance(request.payload, LogLikelihood)
            yield Exchange(request, Response(output=LogLikelihoods(scores)) if fits else NO)

    toy = Toy(respond=respond, capabilities=frozenset({Capability.SCORES}))
    with pytest.raises(AssertionError, match=promise):
        check_adapter(toy, [LogLikelihood(prompt="x", continuations=("a", "b"))])
