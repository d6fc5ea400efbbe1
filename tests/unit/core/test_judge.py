"""Judges: how they are asked, and what becomes of what they do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from harness.adapters.echo import EchoAdapter, EchoSession
from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.identity import Identity
from harness.core.judge import Judge, answers_of, asked_to, uses_in
from harness.core.ports import Session
from harness.core.request import Embed, Request
from harness.core.response import Embedding, Exchange, Failure, FailureKind, Response


class Watched:
    """An embedder that answers backwards, and breaks down after some answers."""

    identity = Identity({"weights": "w"})

    def __init__(self, log: list[str], breaks_after: int | None) -> None:
        self._log = log
        self._breaks_after = breaks_after

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self._log.append(f"asked {len(requests)}")
        for place, request in enumerate(reversed(requests)):
            if place == self._breaks_after:
                raise AdapterError("gone")
            assert isinstance(request.payload, Embed)
            yield Exchange(request, Response(output=Embedding((float(len(request.payload.text)),))))

    def close(self) -> None:
        self._log.append("closed")


@dataclass
class WatchedAdapter:
    log: list[str] = field(default_factory=list)
    breaks_after: int | None = None
    error: Exception | None = None
    capabilities = frozenset({Capability.EMBEDS})

    def open(self) -> Session:
        self.log.append("opened")
        if self.error is not None:
            raise self.error
        return Watched(self.log, self.breaks_after)


def judge_of(adapter: WatchedAdapter) -> Judge:
    return Judge(name="j", adapter_name="watched", adapter=adapter)


def lengths(answers: Iterator[Response | Failure]) -> list[float | str]:
    return [
        answer.kind.value
        if isinstance(answer, Failure)
        else answer.output.values[0]
        if isinstance(answer.output, Embedding)
        else "?"
        for answer in answers
    ]


def test_answers_come_in_order_each_question_once_and_the_judge_is_closed() -> None:
    adapter = WatchedAdapter()
    judge = judge_of(adapter)
    assert judge.identity is None
    payloads = [Embed(text=text) for text in ("aaa", "b", "aaa", "cc")]
    assert lengths(answers_of(judge, payloads)) == [3.0, 1.0, 3.0, 2.0]
    assert adapter.log == ["opened", "asked 3", "closed"]
    assert judge.identity == Watched.identity


def test_nothing_is_loaded_for_no_question() -> None:
    adapter = WatchedAdapter()
    assert list(answers_of(judge_of(adapter), [])) == []
    assert adapter.log == []


def test_questions_go_out_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.core.judge.WINDOW", 2)
    adapter = WatchedAdapter()
    texts = [Embed(text="x" * n) for n in range(5)]
    assert lengths(answers_of(judge_of(adapter), texts)) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert adapter.log == ["opened", "asked 2", "asked 2", "asked 1", "closed"]


def test_a_judge_is_let_go_when_nobody_wants_more() -> None:
    adapter = WatchedAdapter()
    answers = answers_of(judge_of(adapter), [Embed(text="a"), Embed(text="b")])
    next(answers)
    assert isinstance(answers, Iterator)
    del answers
    assert adapter.log[-1] == "closed"


def test_what_a_lost_judge_leaves_open_is_a_failure() -> None:
    adapter = WatchedAdapter(breaks_after=2)
    payloads = [Embed(text="x" * n) for n in range(4)]
    assert lengths(answers_of(judge_of(adapter), payloads)) == ["crashed", "crashed", 2.0, 3.0]
    assert adapter.log[-1] == "closed"


def test_a_judge_that_cannot_be_loaded_is_named() -> None:
    adapter = WatchedAdapter(error=OSError("no such file"))
    with pytest.raises(AdapterError, match=r"judge 'j': cannot be loaded \(OSError: no such"):
        next(answers_of(judge_of(adapter), [Embed(text="a")]))
    adapter = WatchedAdapter(error=AdapterError("no weights"))
    with pytest.raises(AdapterError, match="judge 'j': no weights"):
        next(answers_of(judge_of(adapter), [Embed(text="a")]))


def test_a_forgotten_question_is_a_failure() -> None:
    class Forgetful(EchoSession):
        def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
            yield from list(super().respond(requests))[1:]

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ForgetfulAdapter(EchoAdapter):
        def open(self) -> EchoSession:
            return Forgetful(self)

    judge = Judge(name="j", adapter_name="x", adapter=ForgetfulAdapter())
    first, second = answers_of(judge, [Embed(text="a"), Embed(text="b")])
    assert isinstance(first, Failure)
    assert first.kind is FailureKind.PROTOCOL
    assert isinstance(second, Response)


def test_options_that_name_a_judge_are_found_however_deep() -> None:
    @dataclass(frozen=True)
    class Inner:
        scorer: Judge | None = field(default=None, metadata=asked_to(Capability.CLASSIFIES))

    @dataclass(frozen=True)
    class Outer:
        plain: str
        inner: Inner
        several: tuple[Inner, ...]
        undeclared: Judge

    one, two, three = (Judge(name=n, adapter_name="echo", adapter=EchoAdapter()) for n in "abc")
    thing = Outer("x", Inner(one), (Inner(), Inner(two)), three)
    found = [(use.option, use.judge.name, use.capability) for use in uses_in(thing)]
    assert found == [
        ("scorer", "a", Capability.CLASSIFIES),
        ("scorer", "b", Capability.CLASSIFIES),
        ("undeclared", "c", None),
    ]


def test_a_judge_shows_nothing_of_its_adapter() -> None:
    judge = Judge(name="j", adapter_name="echo", adapter=EchoAdapter(text="secret"))
    assert "secret" not in repr(judge)
