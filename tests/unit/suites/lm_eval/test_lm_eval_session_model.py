"""What lm-eval's loop gets from a session, and what ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.adapters.echo import EchoAdapter
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity
from harness.core.request import Generate, LogLikelihood, Message, Request
from harness.core.response import Exchange, Failure, FailureKind, Generation, Response
from harness.suites.lm_eval import LmEvalSuite

instance = pytest.importorskip("lm_eval.api.instance")


@dataclass
class Notebook:
    """A session that notes what it is asked, and answers backwards or not at all."""

    asked: list[Any] = field(default_factory=list)
    identity: Identity = field(default_factory=lambda: Identity({"weights": "none"}))

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.asked += [request.payload for request in requests]
        for request in reversed(requests):
            assert isinstance(request.payload, Generate)
            if request.payload.prompt == "fail":
                yield Exchange(request, Failure(kind=FailureKind.TIMEOUT, message="too slow"))
                continue
            text = f"{request.payload.prompt}/{request.payload.seed}"
            yield Exchange(request, Response(output=Generation(text=text, finish_reason="stop")))

    def close(self) -> None:
        """Do nothing."""


def asked_for(kind: str, *arguments: tuple[Any, ...]) -> list[Any]:
    return [
        instance.Instance(request_type=kind, doc={}, arguments=each, idx=place)
        for place, each in enumerate(arguments)
    ]


def test_continuations_of_one_context_are_one_question() -> None:
    session = EchoAdapter().open()
    asked: list[Any] = []
    respond = session.respond

    def noting(requests: Sequence[Request]) -> Iterator[Exchange]:
        asked.extend(request.payload for request in requests)
        return respond(requests)

    session.respond = noting  # type: ignore[method-assign] # to look over its shoulder
    model = LmEvalSuite.model_of(session, "echo")

    scores = model.loglikelihood(
        asked_for("loglikelihood", ("q", "a"), ("r", "bc"), ("q", "def"), ("q", "a"))
    )

    assert [score for score, _ in scores] == [-1.0, -2.0, -3.0, -1.0]
    assert asked == [
        LogLikelihood(prompt="q", continuations=("a", "def")),
        LogLikelihood(prompt="r", continuations=("bc",)),
    ]


def test_repeats_of_a_drawn_text_have_seeds_of_their_own() -> None:
    session = Notebook()
    model = LmEvalSuite.model_of(session, "notebook")
    drawn, greedy = {"until": ["."], "temperature": 0.7, "do_sample": True}, {"until": ["."]}

    texts = model.generate_until(
        asked_for("generate_until", ("a", drawn), ("a", drawn), ("b", greedy), ("b", greedy))
    )

    assert texts == ["a/0", "a/1", "b/0", "b/0"]
    assert session.asked[0].stop == (".",)


def test_turns_reach_the_adapter_as_turns() -> None:
    session = Notebook()
    model = LmEvalSuite.model_of(session, "notebook")
    turns = [{"role": "user", "content": "Hé"}]

    context = model.apply_chat_template(turns, add_generation_prompt=False)
    model.generate_until(asked_for("generate_until", (context, {})))

    assert json.loads(context) == turns
    assert session.asked[0].prompt == (Message("user", "Hé"),)


def test_a_failure_ends_the_loop() -> None:
    model = LmEvalSuite.model_of(Notebook(), "slow")

    with pytest.raises(AdapterError, match=r"model 'slow': has not answered .*too slow"):
        model.generate_until(asked_for("generate_until", ("fail", {})))


def test_an_untold_first_choice_is_neither_yes_nor_no(caplog: pytest.LogCaptureFixture) -> None:
    model = LmEvalSuite.model_of(EchoAdapter().open(), "echo")
    task = [("last", 0, 1), ("last", 1, 1), ("choose", 0, 1), ("choose", 0, 1)]
    requests = [
        instance.Instance("loglikelihood", {}, ("q", text), place, metadata)
        for text, place, metadata in zip("abcd", (0, 0, 0, 1), task, strict=True)
    ]

    (first, one), (_, two), *choices = model.loglikelihood(requests)

    assert (first, str(one)) == (-1.0, "None")
    for read in (bool, int, float):
        with pytest.raises(AdapterError, match=r"model 'echo': does not tell .* first choice"):
            read(two)
    assert choices == [(-1.0, False)] * 2  # lm-eval looks at it there without using it
    model.loglikelihood(requests)
    (warning,) = caplog.messages
    assert "exact_match takes that for no" in warning


def test_settings_that_no_adapter_takes_are_refused() -> None:
    model = LmEvalSuite.model_of(Notebook(), "notebook")

    with pytest.raises(ConfigError, match="num_beams"):
        model.generate_until(asked_for("generate_until", ("a", {"num_beams": 4})))
