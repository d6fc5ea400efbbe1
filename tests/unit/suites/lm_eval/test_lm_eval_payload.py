from __future__ import annotations

from typing import Any

import pytest

from harness.core.errors import ConfigError
from harness.core.request import Generate, LogLikelihood, Message, RollingLogLikelihood
from harness.suites.lm_eval.payload import payload_of


class Instance:
    def __init__(self, request_type: str, *args: Any) -> None:
        self.request_type = request_type
        self.args = args


def generate(**options: Any) -> Any:
    return payload_of([Instance("generate_until", "Q", options)], "task 't'")


def test_choices_share_a_prompt() -> None:
    requests = [Instance("loglikelihood", "Q", " a"), Instance("loglikelihood", "Q", " b")]

    assert payload_of(requests, "") == LogLikelihood(prompt="Q", continuations=(" a", " b"))


def test_after_turns_the_space_goes_to_the_continuation() -> None:
    turns = (Message("user", "Q"),)

    asked = payload_of([Instance("loglikelihood", turns, "a")], "")

    assert asked == LogLikelihood(prompt=turns, continuations=("a",), is_split_before_space=True)


def test_a_text_is_modelled() -> None:
    asked = payload_of([Instance("loglikelihood_rolling", "a text")], "")

    assert asked == RollingLogLikelihood(text="a text", has_special_tokens=True)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Generate(prompt="Q", max_new_tokens=256)),
        ({"until": "\n"}, Generate(prompt="Q", max_new_tokens=256, stop=("\n",))),
        ({"until": ["x", ""]}, Generate(prompt="Q", max_new_tokens=1, stop=("x",))),
        ({"max_tokens": 5, "max_gen_toks": 7}, Generate(prompt="Q", max_new_tokens=7)),
        ({"max_new_tokens": 9, "top_k": 5}, Generate(prompt="Q", max_new_tokens=9)),
        ({"do_sample": False, "temperature": 0.7}, Generate(prompt="Q", max_new_tokens=256)),
        (
            {"do_sample": True, "temperature": 0.7, "top_p": 0.9, "until": ["a", "b"]},
            Generate(prompt="Q", max_new_tokens=256, temperature=0.7, top_p=0.9, stop=("a", "b")),
        ),
    ],
)
def test_settings_of_generation(options: dict[str, Any], expected: Generate) -> None:
    assert generate(**options) == expected


@pytest.mark.parametrize("options", [{"num_beams": 2}, {"temperature": 0.5, "top_k": 5}])
def test_settings_that_adapters_do_not_take_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"task 't': sets (num_beams|top_k) in generation_kwargs"):
        generate(**options)


@pytest.mark.parametrize("options", [{"do_sample": True}, {"do_sample": True, "temperature": 0.0}])
def test_drawing_without_a_temperature_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="task 't': sets do_sample: true without a temperature"):
        generate(**options)


@pytest.mark.parametrize(
    "requests",
    [
        [Instance("generate_until", "Q", {}), Instance("generate_until", "R", {})],
        [Instance("generate_until", "Q", {}), Instance("loglikelihood", "Q", "a")],
    ],
)
def test_several_questions_about_a_document_are_refused(requests: list[Instance]) -> None:
    with pytest.raises(ConfigError, match="asks 2 questions about a document"):
        payload_of(requests, "task 't'")
