"""Texts put into other words by two judges, and those that come to nothing on the way."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fakes.attacks import LabelledTexts
from fakes.toy_suite import ToySuite

from harness.core.abilities import PartlyAskableTask, PerturbationOfAll
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity
from harness.core.judge import Judge
from harness.core.ports import Session
from harness.core.request import Generate, Message, Request
from harness.core.response import (
    Classification,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    Output,
    Response,
)
from harness.core.sample import Sample
from harness.engine.perturbed_task import PerturbedTask
from harness.engine.variation import variation_of
from harness.engine.varied_task import VariedTask
from harness.suites.perturbations.back_translation import BackTranslation


@dataclass
class Words:
    """Writes what it has been told to write for a prompt, and otherwise the prompt."""

    said: Mapping[str, str | Output | Failure] = field(default_factory=dict)
    error: Exception | None = None
    prompts: list[Any] = field(default_factory=list)
    capabilities = frozenset({Capability.GENERATES})
    identity = Identity({"weights": "w"})

    def open(self) -> Session:
        if self.error is not None:
            raise self.error
        return self

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            assert isinstance(request.payload, Generate)
            assert request.payload.temperature == 0
            prompt = request.payload.prompt
            self.prompts.append(prompt)
            said = self.said.get(str(prompt), str(prompt))
            if isinstance(said, str):
                said = Generation(text=said, finish_reason="stop")
            yield Exchange(request, said if isinstance(said, Failure) else Response(output=said))

    def close(self) -> None:
        """Nothing to give back."""


def made(there: Words, back: Words, **options: Any) -> BackTranslation:
    judges: dict[str, Any] = {
        name: Judge(name=name, adapter_name="words", adapter=adapter)
        for name, adapter in (("there", there), ("back", back))
    }
    return BackTranslation(**judges, **options)


def silent(text: str) -> None:
    del text


def test_texts_go_there_and_back_equal_ones_once() -> None:
    there, back = Words({"one": "eins", "two": "zwei"}), Words({"eins": " a one\n"})
    found = made(there, back).perturb_all(["one", "two", "one", "  "], silent)
    assert found == ["a one", "zwei", "a one", "  "]
    assert (there.prompts, back.prompts) == (["one", "two"], ["eins", "zwei"])


def test_prompts_hold_the_text_and_may_be_turns_of_a_chat() -> None:
    there, back = Words(), Words()
    made(there, back, there_prompt="In German: {text}", chat=True).perturb_all(["a {b}"], silent)
    assert there.prompts == [(Message("user", "In German: a {b}"),)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Failure(kind=FailureKind.TIMEOUT, message="60 s"), "timeout: 60 s"),
        (Generation(text="zw", finish_reason="length"), "was not finished (length)"),
        (Generation(text=" \n", finish_reason="stop"), "is empty"),
        (
            Classification(labels=("a",), scores=(1.0,), is_probability=True),
            "Classification, which is no text",
        ),
    ],
)
def test_what_is_no_translation_is_a_failure_of_its_text_alone(
    said: Output | Failure, reason: str
) -> None:
    there, back = Words({"two": said}), Words()
    one, two = made(there, back).perturb_all(["one", "two"], silent)
    assert one == "one"
    assert isinstance(two, Failure)
    assert two.kind is FailureKind.UNDISTURBED
    assert "not translated by judge 'there', and so not asked" in two.message
    assert reason in two.message
    assert back.prompts == ["one"]


def test_a_single_text_is_returned_or_raised() -> None:
    refused = Failure(kind=FailureKind.REJECTED, message="no")
    perturbation = made(Words({"one": "eins", "two": refused}), Words())
    assert perturbation.perturb("one", random.Random(0)) == "eins"
    with pytest.raises(AdapterError, match="rejected: no"):
        perturbation.perturb("two", random.Random(0))


def test_label_and_signature_name_the_judges_and_no_prompt() -> None:
    perturbation = made(Words(), Words(), there_prompt="German: {text}")
    assert isinstance(perturbation, PerturbationOfAll)
    assert perturbation.label == "back_translation there=there back=back"
    assert perturbation.signature["there_prompt"] == "German: {text}"
    assert perturbation.signature["there"] == "there"


@pytest.mark.parametrize(
    ("options", "message"),
    [({"back_prompt": "x"}, "back_prompt: has no"), ({"max_new_tokens": 0}, "at least 1")],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        made(Words(), Words(), **options)


def task_of(there: Words) -> PerturbedTask:
    clean = ToySuite().prepare(limit=None, seed=0)
    return PerturbedTask(task=clean, perturbation=made(there, Words()), seed=0)


def test_a_task_has_all_its_texts_rewritten_and_knows_which_to_leave_out() -> None:
    clean = list(ToySuite().prepare(limit=None, seed=0).samples())
    lost = Failure(kind=FailureKind.TIMEOUT, message="60 s")
    there = Words({clean[0].text: lost, clean[1].text: "another"})
    task = task_of(there)
    task.rewrite({clean[2].id: "known"}, silent)
    samples = list(task.samples())
    assert [one.text for one in samples[:3]] == [clean[0].text, "another", "known"]
    assert clean[2].text not in there.prompts
    for asked in (task, VariedTask(task, varied())):
        assert isinstance(asked, PartlyAskableTask)
        assert [asked.unaskable(one) is not None for one in samples[:3]] == [True, False, False]
    n_asked = len(there.prompts)
    task.rewrite({}, silent)
    assert len(there.prompts) == n_asked


class Filled(LabelledTexts):
    """Its texts are filled from two cells, of which it is known where they stand."""

    def samples(self) -> Iterator[Sample]:
        for sample in super().samples():
            first, second = sample.text.split(": ")[1].split(" and ")
            start = sample.text.index(first)
            stop = start + len(first)
            end = len(sample.text)
            yield replace(sample, open_spans=((start, stop), (end - len(second), end)))


def test_of_a_template_only_what_fills_it_is_translated() -> None:
    lost = Failure(kind=FailureKind.TIMEOUT, message="60 s")
    there = Words({"one": "uno", "three": lost})
    clean = Filled({"Say: one and two": "good", "Say: two and three": "bad", "Say: a and b": "bad"})
    task = PerturbedTask(task=clean, perturbation=made(there, Words()), seed=0)
    task.rewrite({"s2": "Say: c and d"}, silent)
    samples = list(task.samples())
    assert sorted(map(str, there.prompts)) == ["one", "three", "two"]
    assert [sample.text for sample in samples] == [
        "Say: uno and two",
        "Say: two and three",
        "Say: c and d",
    ]
    assert [task.unaskable(sample) is not None for sample in samples] == [False, True, False]


def varied() -> Any:
    return variation_of(1, 0)


def test_a_judge_that_cannot_be_loaded_leaves_every_text_out() -> None:
    task = task_of(Words(error=AdapterError("no weights")))
    task.rewrite({}, silent)
    failures = [task.unaskable(one) for one in task.samples()]
    assert all(failure and "no weights" in failure.message for failure in failures)


def test_a_judge_that_is_set_up_wrongly_is_told_at_once() -> None:
    task = task_of(Words(error=ConfigError("path", "is missing")))
    with pytest.raises(ConfigError, match="judge 'there'"):
        task.rewrite({}, silent)
