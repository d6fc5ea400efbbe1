"""A question with several contexts is asked one context at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.core.codec import (
    decode_output,
    decode_payload,
    encode_output,
    encode_payload,
    hash_payload,
)
from harness.core.contexts import parts_of, split
from harness.core.identity import Identity
from harness.core.request import Embed, LogLikelihood, Message, QuestionGroup, Request
from harness.core.response import (
    AnswerGroup,
    ContinuationScore,
    Embedding,
    Exchange,
    Failure,
    FailureKind,
    LogLikelihoods,
    Response,
    Usage,
)
from harness.engine.one_context import respond

ASKED = LogLikelihood(prompt="a", prompts=("a", "bb", "a"), continuations=("x", "yy", "zzz"))
FAILURE = Failure(kind=FailureKind.TIMEOUT, message="too long")


def score(payload: LogLikelihood) -> Response:
    scores = [
        ContinuationScore(-float(10 * len(payload.prompt) + len(text)), 1, is_greedy=False)
        for text in payload.continuations
    ]
    usage = Usage(n_input_tokens=len(scores), n_output_tokens=0)
    return Response(output=LogLikelihoods(tuple(scores)), usage=usage, latency_s=0.5)


class Model:
    """Answers backwards, some of it twice."""

    identity = Identity({})

    def __init__(self, answer: Callable[[LogLikelihood], Response | Failure] = score) -> None:
        self.asked: list[Request] = []
        self._answer = answer

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.asked += requests
        for request in reversed(requests):
            is_likelihood = isinstance(request.payload, LogLikelihood)
            answer = self._answer(request.payload) if is_likelihood else FAILURE  # type: ignore[arg-type]
            yield Exchange(request, answer)
        if requests:
            yield Exchange(requests[-1], FAILURE)

    def close(self) -> None:
        """Nothing is open."""


def test_scores_come_back_in_the_order_asked() -> None:
    model = Model()

    (exchange,) = respond(model, [Request("s", ASKED)])

    assert [request.payload for request in model.asked] == [
        LogLikelihood(prompt="a", continuations=("x", "zzz")),
        LogLikelihood(prompt="bb", continuations=("yy",)),
    ]
    assert exchange.request == Request("s", ASKED)
    assert isinstance(exchange.answer, Response)
    assert isinstance(exchange.answer.output, LogLikelihoods)
    assert [s.log_likelihood for s in exchange.answer.output.scores] == [-11.0, -22.0, -13.0]
    assert exchange.answer.usage == Usage(n_input_tokens=3, n_output_tokens=0)
    assert exchange.answer.latency_s == 1.0


def test_other_questions_pass_through() -> None:
    requests = [Request("a", Embed(text="t")), Request("s", ASKED)]
    requests.append(Request("b", LogLikelihood(prompt="p", continuations=("c",))))

    found = {exchange.request.id: exchange.answer for exchange in respond(Model(), requests[:2])}

    assert set(found) == {"a", "s"}
    assert found["a"] == FAILURE
    assert len(list(respond(Model(), requests))) == 4  # one is answered twice, which others notice


def test_one_failed_part_fails_the_question() -> None:
    model = Model(lambda payload: FAILURE if payload.prompt == "bb" else score(payload))

    (exchange,) = respond(model, [Request("s", ASKED)])

    assert exchange.answer == FAILURE


def test_a_part_with_too_few_scores_is_no_answer() -> None:
    model = Model(lambda _: Response(output=LogLikelihoods(())))

    (exchange,) = respond(model, [Request("s", ASKED)])

    assert isinstance(exchange.answer, Failure)
    assert exchange.answer.kind is FailureKind.PROTOCOL


def test_an_answer_splits_into_those_that_were_joined() -> None:
    (exchange,) = respond(Model(), [Request("s", ASKED)])
    parts = parts_of(ASKED)

    answers = list(split(parts, exchange.answer))

    for part, answer in zip(parts, answers, strict=True):
        assert isinstance(answer, Response)
        assert isinstance(part.payload, LogLikelihood)
        assert answer.output == score(part.payload).output
    assert list(split(parts, FAILURE)) == [FAILURE, FAILURE]


def test_contexts_survive_storing_and_questions_of_before_stay_the_same() -> None:
    turns = (Message("user", "hi"),)
    asked = LogLikelihood(
        prompt=turns,
        prompts=(turns, ""),
        continuations=("a", "b"),
        is_split_before_space=True,
        is_written=True,
    )
    plain = LogLikelihood(prompt="p", continuations=("c",))

    assert decode_payload(encode_payload(asked)) == asked
    assert decode_payload(encode_payload(plain)) == plain
    assert set(encode_payload(plain)) == {"kind", "prompt", "continuations"}
    assert hash_payload(asked) != hash_payload(plain)
    assert hash_payload(replace(plain, is_written=True)) != hash_payload(plain)
    assert all(part.payload.is_written for part in parts_of(asked))  # type: ignore[union-attr]


ALIKE: tuple[LogLikelihood, ...] = tuple(
    LogLikelihood(prompt=prompt, continuations=("x",)) for prompt in ("a", "bb", "a")
)
GROUP = QuestionGroup(ALIKE)


def test_a_group_is_asked_one_question_at_a_time() -> None:
    model = Model()

    (exchange,) = respond(model, [Request("s", GROUP)])

    assert [request.payload for request in model.asked] == list(GROUP.questions)
    assert isinstance(exchange.answer, Response)
    assert isinstance(exchange.answer.output, AnswerGroup)
    answers = exchange.answer.output.answers
    expected = [score(each).output for each in ALIKE]
    assert list(answers) == expected, "in the order asked, and what is alike is asked twice"
    assert exchange.answer.usage == Usage(n_input_tokens=3, n_output_tokens=0)


def test_a_group_of_which_one_question_fails_has_failed() -> None:
    model = Model(lambda payload: FAILURE if payload.prompt == "bb" else score(payload))

    (exchange,) = respond(model, [Request("s", GROUP)])

    assert exchange.answer == FAILURE


def test_groups_come_back_from_their_stored_form() -> None:
    (exchange,) = respond(Model(), [Request("s", GROUP)])
    assert isinstance(exchange.answer, Response)
    output = exchange.answer.output

    assert decode_payload(encode_payload(GROUP)) == GROUP
    assert decode_output(encode_output(output)) == output
    parts = list(split(parts_of(GROUP), exchange.answer))
    assert [part.output for part in parts if isinstance(part, Response)] == list(output.answers)  # type: ignore[union-attr]


class Stored(Model):
    """A stored run, which has more to give to one whole question than its parts would."""

    is_replay = True
    whole = AnswerGroup((Embedding((1.0,)), Embedding((2.0,)), Embedding((3.0,))))

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            if isinstance(request.payload, QuestionGroup):
                answer = Response(output=self.whole) if request.id == "held" else FAILURE
                yield Exchange(request, answer)
            else:
                yield Exchange(request, Response(output=Embedding((0.0,))))


def test_a_stored_group_comes_back_whole_and_another_by_its_parts() -> None:
    group = QuestionGroup((Embed(text="a"), Embed(text="b")))

    found = respond(Stored(), [Request("held", group), Request("other", group)])

    answers = {exchange.request.id: exchange.answer for exchange in found}
    held, other = answers["held"], answers["other"]
    assert isinstance(held, Response)
    assert held.output == Stored.whole
    assert isinstance(other, Response)
    assert other.output == AnswerGroup((Embedding((0.0,)), Embedding((0.0,))))
