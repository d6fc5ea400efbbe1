"""Masked tokens: the score of CrowS-Pairs against a slow and independent reading of the paper."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from harness.core.request import LogLikelihood, MaskedLogLikelihood, RollingLogLikelihood
from harness.core.response import Failure, FailureKind

PAIRS = [
    ("the best of times it was", "the worst of times it was"),
    ("It was the best of times", "It was not the very best of times"),
    ("France was a rome and a rome", "Rome was a france"),
    ("QQZ", "QZQ"),  # one token each: the alignment hangs on which comes first
]


def load(folder: Path) -> tuple[Any, Any]:
    import transformers

    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    return model, transformers.AutoTokenizer.from_pretrained(folder)


def published(folder: Path, first: str, second: str) -> tuple[list[float], list[float]]:
    """Score both sentences by the tokens in common, one mask and one forward pass at a time."""
    model, tokenizer = load(folder)
    ids = [tokenizer(text)["input_ids"] for text in (first, second)]
    one, other = ([str(token) for token in tokens] for tokens in ids)
    opcodes = difflib.SequenceMatcher(None, one, other).get_opcodes()
    equal = [code for code in opcodes if code[0] == "equal"]
    places = (
        [at for _, start, stop, _, _ in equal for at in range(start, stop)],
        [at for _, _, _, start, stop in equal for at in range(start, stop)],
    )
    found: tuple[list[float], list[float]] = ([], [])
    for tokens, chosen, values in zip(ids, places, found, strict=True):
        for at in chosen[1:-1]:  # the special tokens at both ends are in common, and not counted
            masked = list(tokens)
            masked[at] = tokenizer.mask_token_id
            with torch.inference_mode():
                logits = model(torch.tensor([masked])).logits[0, at].double()
            values.append(float(torch.log_softmax(logits, -1)[tokens[at]]))
    return found


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_tokens_in_common_are_masked_one_by_one(
    opened: Callable[..., Any], model_folder: Callable[[str], Path], first: str, second: str
) -> None:
    asked = (
        MaskedLogLikelihood(text=first, beside=second),
        MaskedLogLikelihood(text=second, beside=first, is_second=True),
    )
    outputs = opened("bert_masked").outputs(*asked)
    expected = published(model_folder("bert_masked"), first, second)

    for output, values in zip(outputs, expected, strict=True):
        assert output.values == pytest.approx(values, abs=1e-4)
    assert len(outputs[0].values) == len(outputs[1].values) > 1


def test_the_order_of_the_alignment_is_the_askers(opened: Callable[..., Any]) -> None:
    first, second = PAIRS[3]
    model = opened("bert_masked")
    forward, backward = model.outputs(
        MaskedLogLikelihood(text=first, beside=second),
        MaskedLogLikelihood(text=first, beside=second, is_second=True),
    )
    assert forward.values != backward.values


def test_without_another_text_every_token_is_asked_about(opened: Callable[..., Any]) -> None:
    text = PAIRS[0][0]
    alone, rolling, after, continued = opened("bert_masked").outputs(
        MaskedLogLikelihood(text=text),
        RollingLogLikelihood(text=text),
        MaskedLogLikelihood(prompt="It was", text=" the best"),
        LogLikelihood(prompt="It was", continuations=(" the best",)),
    )
    assert alone.values == pytest.approx(rolling.values, abs=1e-4)
    assert sum(after.values) == pytest.approx(continued.scores[0].log_likelihood, abs=1e-4)
    assert len(after.values) == continued.scores[0].n_tokens


def test_what_has_no_answer_is_refused(opened: Callable[..., Any]) -> None:
    nothing_shared = MaskedLogLikelihood(text="aaa", beside="zzz")
    too_long = MaskedLogLikelihood(text="It was the best of times " * 40)
    for answer in opened("bert_masked").answers(nothing_shared, too_long):
        assert isinstance(answer, Failure)
    (forward,) = opened("llama").answers(MaskedLogLikelihood(text="It was"))
    assert isinstance(forward, Failure)
    assert forward.kind is FailureKind.REJECTED
    assert "fills" in forward.message
