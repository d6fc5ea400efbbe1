"""An answer that is text: what its likelihood hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from fakes.attacks import LabelledTexts
from fakes.explainers import LeaveOneOut

from harness.core.capability import Capability
from harness.core.codec import decode_output, encode_output
from harness.core.identity import Identity
from harness.core.request import Generate, LogLikelihood, Message, Payload, Request
from harness.core.response import (
    ContinuationScore,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    Response,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.explained_task import ExplainedTask
from harness.engine.paraphrasing import Paraphrasing
from harness.suites.perturbations.distractor import Distractor


class Prompts(LabelledTexts):
    """Prompts in a chat, whose answers are left as they are."""

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        assert capability is Capability.GENERATES
        return Generate(prompt=(Message("user", sample.text),), max_new_tokens=3)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        del sample
        return output


@dataclass
class Writer:
    """Writes the last word, and finds it as likely as the prompt has it."""

    answer: str | None = None
    is_greedy: bool | None = False
    asked: list[Payload] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        return Identity({"kind": "writer"})

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            payload = request.payload
            self.asked.append(payload)
            assert isinstance(payload, Generate | LogLikelihood)
            words = payload.prompt[0].content.split()  # type: ignore[union-attr] # a chat
            if isinstance(payload, Generate):
                text = words[-1] if self.answer is None else self.answer
                output: Output = Generation(text=text, finish_reason="stop")
            else:
                (wanted,) = payload.continuations
                value = -1.0 if wanted in words else -5.0
                output = LogLikelihoods((ContinuationScore(value, 1, is_greedy=self.is_greedy),))
            yield Exchange(request, Response(output=output))

    def close(self) -> None:
        pass


def explained(session: Writer, *prompts: str, **options: Any) -> dict[str, Any]:
    task = ExplainedTask(
        task=Prompts(dict.fromkeys(prompts, "")),
        explainer=LeaveOneOut(),
        seed=0,
        n_explained=9,
        **options,
    )
    driven = task.drive(task.samples(), session, Capability.GENERATES, lambda _: None)
    return {
        sample.text: answer.output if isinstance(answer, Response) else answer
        for sample, answer in driven
    }


def test_the_likelihood_of_what_the_model_has_written_is_explained() -> None:
    session = Writer()
    found = explained(session, "the sea is blue", "blue is the sea")
    blue = found["the sea is blue"]
    assert (blue.outputs, blue.unit, blue.chosen) == (("blue",), "log-probability", 0)
    assert (blue.whole, blue.blank) == ((-1.0,), (-5.0,))
    assert blue.attribution.values == ((0.0,), (0.0,), (0.0,), (4.0,))
    assert blue.trial.without == (-5.0,) * 5
    assert blue.trial.is_turned == (False,) * 5
    assert found["blue is the sea"].attribution.values == ((0.0,), (0.0,), (0.0,), (4.0,))


def test_the_model_writes_once_and_is_asked_for_that_likelihood_alone() -> None:
    session = Writer()
    explained(session, "the sea is blue")
    assert isinstance(session.asked[0], Generate)
    others = session.asked[1:]
    assert all(isinstance(each, LogLikelihood) for each in others)
    assert {each.continuations for each in others if isinstance(each, LogLikelihood)} == {("blue",)}
    assert all(each.is_written for each in others if isinstance(each, LogLikelihood))
    assert len(set(map(repr, others))) == len(others)


def test_in_other_words_the_same_answer_is_explained_and_the_model_writes_no_other() -> None:
    session = Writer()
    rear = Distractor(text="so green")
    paraphrasing = Paraphrasing(perturbations=(rear,), seed=0)
    found = explained(session, "the sea is blue", paraphrasing=paraphrasing, n_paraphrased=1)[
        "the sea is blue"
    ]
    assert sum(isinstance(each, Generate) for each in session.asked) == 1
    told = found.paraphrase
    assert (told.text, told.left_out) == ("the sea is blue so green", None)
    assert told.values == (0.0, 0.0, 0.0, 4.0, 0.0, 0.0)
    assert told.pairs == ((0, 0), (1, 1), (2, 2), (3, 3))


def test_two_answers_to_one_masked_prompt_are_two_questions() -> None:
    found = explained(Writer(), "a sea is blue", "a sea is green")
    for one in found.values():
        assert one.blank == (-5.0,)
        assert one.attribution.values[-1] == (4.0,)


def test_white_space_at_the_end_of_an_answer_is_no_part_of_it() -> None:
    session = Writer(answer="blue \n\n")
    one = explained(session, "the sea is blue")["the sea is blue"]
    assert (one.outputs, one.whole) == (("blue",), (-1.0,))
    (answer,) = explained(Writer(answer=" \n"), "the sea").values()
    assert answer.message == "the model has written nothing that could be explained"
    assert answer.kind is FailureKind.UNDISTURBED


@pytest.mark.parametrize("is_greedy", [True, False, None])
def test_whether_the_text_is_in_the_tokens_that_the_model_writes(*, is_greedy: bool | None) -> None:
    one = explained(Writer(is_greedy=is_greedy), "the sea is blue")["the sea is blue"]
    assert one.is_read_as_written is is_greedy
    assert decode_output(encode_output(one)) == one


def test_of_nothing_written_there_is_nothing_to_explain() -> None:
    (answer,) = explained(Writer(answer=""), "the sea").values()
    assert isinstance(answer, Failure)
    assert answer.message == "the model has written nothing that could be explained"
    assert answer.kind is FailureKind.UNDISTURBED


def test_a_likelihood_that_is_no_number() -> None:
    class Sure(Writer):
        def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
            for exchange in super().respond(requests):
                if isinstance(exchange.request.payload, Generate):
                    yield exchange
                    continue
                score = ContinuationScore(float("-inf"), 1, is_greedy=False)
                yield Exchange(exchange.request, Response(output=LogLikelihoods((score,))))

    (answer,) = explained(Sure(), "the sea").values()
    assert isinstance(answer, Failure)
    assert "no finite number" in answer.message
