"""Answers of a least length: neither an end token nor a stop string ends a row before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.core.request import Generate
from harness.core.response import Failure, Generation, Response, Usage

PROMPT = "It was the best of"
TOGETHER, ALONE = {"share_prefixes": True}, {"share_prefixes": False}
WAYS = [("llama", TOGETHER), ("llama", ALONE), ("t5", ALONE)]


def written(model: Any, **asked: Any) -> tuple[str, str, int]:
    (answer,) = model.answers(Generate(prompt=PROMPT, **asked))
    assert isinstance(answer, Response)
    assert isinstance(answer.output, Generation)
    assert isinstance(answer.usage, Usage)
    assert answer.usage.n_output_tokens is not None
    return answer.output.text, answer.output.finish_reason, answer.usage.n_output_tokens


def ids_of(model: Any, n_tokens: int) -> list[int]:
    """The tokens that the model writes when nothing ends it."""
    responder = model.session._responders["generates"]
    kept: list[list[int]] = []
    decode = responder.decode

    def watched(rows: Any) -> Any:
        kept.extend(decode(rows))
        return kept

    responder.decode = watched
    written(model, max_new_tokens=n_tokens)
    return kept[0]


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_an_end_token_waits_for_its_time(
    kind: str, options: dict[str, Any], opened: Callable[..., Any]
) -> None:
    free = ids_of(opened(kind, **ALONE), 10)
    model = opened(kind, **options)
    model.model.generation_config.eos_token_id = sorted(set(free))
    assert written(model, max_new_tokens=10)[1:] == ("stop", 1)
    assert written(model, max_new_tokens=10, min_new_tokens=10)[1:] == ("length", 10)
    n_tokens = written(model, max_new_tokens=10, min_new_tokens=4)[2]
    assert 4 <= n_tokens <= 10


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_a_stop_string_waits_for_its_time(
    kind: str, options: dict[str, Any], opened: Callable[..., Any]
) -> None:
    model = opened(kind, **options)
    whole, _, n_tokens = written(model, max_new_tokens=16)
    assert n_tokens == 16
    stop = whole[:1]
    assert written(model, max_new_tokens=16, stop=(stop,)) == ("", "stop", 1)
    text, reason, n_tokens = written(model, max_new_tokens=16, min_new_tokens=16, stop=(stop,))
    # Only the last token may bring the stop string that counts.
    assert n_tokens == 16
    assert text == whole if reason == "length" else whole.startswith(text)
    assert len(text) >= len(written(model, max_new_tokens=15)[0]) - len(stop)


def test_rows_of_one_batch_have_least_lengths_of_their_own(opened: Callable[..., Any]) -> None:
    for share in (True, False):
        model = opened("gpt2", share_prefixes=share)
        n_tokens = model.model.config.vocab_size
        model.model.generation_config.eos_token_id = sorted(set(range(n_tokens)) - {7})
        answers = model.answers(
            *(
                Generate(prompt=PROMPT, max_new_tokens=9, min_new_tokens=least, temperature=warmth)
                for least, warmth in ((0, 0.0), (3, 0.0), (9, 1.0))
            )
        )
        # Until then only the one token that ends nothing can be chosen, and the end comes after.
        assert [answer.usage.n_output_tokens for answer in answers] == [1, 4, 9]


def test_more_than_there_is_room_for_is_refused(opened: Callable[..., Any]) -> None:
    (answer,) = opened("llama").answers(Generate(prompt=PROMPT, max_new_tokens=4, min_new_tokens=5))
    assert isinstance(answer, Failure)
    assert "min_new_tokens" in answer.message
