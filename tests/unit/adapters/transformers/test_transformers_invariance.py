"""Whatever is asked together, in whatever order and batch size: the answers stay what they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.core.request import Classify, Embed, Generate, LogLikelihood, RollingLogLikelihood

WORDS = (
    "Paris",
    "was",
    "it",
    "the best",
    "of times",
    "\u65e5\u672c",
    "!?",
    "jumps over the lazy dog",
)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
BUDGETS = st.integers(1, 300)
FEW = settings(
    max_examples=12,
    deadline=None,
    # The fixture opens sessions and holds no state that an example could leave behind.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Ask = Callable[[str], Any]
KINDS: dict[str, list[Ask]] = {
    "llama": [
        lambda text: LogLikelihood(prompt=text, continuations=(" the", " of times", "?")),
        lambda text: RollingLogLikelihood(text=text),
        lambda text: Generate(prompt=text, max_new_tokens=4),
    ],
    "gpt2": [lambda text: LogLikelihood(prompt=text, continuations=(" the", " of times"))],
    "t5": [
        lambda text: LogLikelihood(prompt=text, continuations=(" the", " of times")),
        lambda text: Generate(prompt=text, max_new_tokens=4),
    ],
    "bert_masked": [lambda text: LogLikelihood(prompt=text, continuations=(" the",))],
    "bert_classifier": [lambda text: Classify(text=text)],
    "bert_encoder": [lambda text: Embed(text=text)],
}


def numbers(output: Any) -> tuple[list[float], str]:
    """The numbers of an output, and its words."""
    if hasattr(output, "text"):
        return [], output.text + output.finish_reason
    if hasattr(output, "values"):
        return list(output.values), ""
    if hasattr(output, "labels"):
        return list(output.scores), ""
    return [score.log_likelihood for score in output.scores], ""


@pytest.mark.parametrize("kind", list(KINDS))
def test_order_and_batch_size_change_nothing(kind: str, opened: Callable[..., Any]) -> None:
    one = opened(kind, max_batch_tokens=1)
    known: dict[Any, tuple[list[float], str]] = {}

    @FEW
    @given(texts=st.lists(TEXTS, min_size=1, max_size=6), budget=BUDGETS, turn=st.booleans())
    def check(texts: list[str], budget: int, turn: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        asked = [ask(text) for text in (texts[::-1] if turn else texts) for ask in KINDS[kind]]
        for payload in asked:
            if payload not in known:
                known[payload] = numbers(one.output(payload))
        many.session._options = type(many.session._options)(path="x", max_batch_tokens=budget)
        for payload, output in zip(asked, many.outputs(*asked), strict=True):
            values, words = numbers(output)
            assert values == pytest.approx(known[payload][0], abs=1e-4)
            assert words == known[payload][1]

    many = opened(kind)
    check()
