"""Gradients of a tiny language model's choice between continuations, against plain autograd."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.core.request import Differentiate, LogLikelihood  # noqa: E402 - torch may be absent
from harness.core.response import Failure  # noqa: E402

PROMPT = "It was the best of times.\nFrance or Rome:"
TEXT = (0, 25)
CHOICES = (" France", " Rome", " a fox")


def scored(model: Any, vectors: Any, tails: list[list[int]], at: int | None) -> tuple[int, Any]:
    """Return choice and score of a prompt given as vectors; one row for each continuation."""
    layer = model.get_input_embeddings()
    sums = []
    for tail in tails:
        before = torch.cat([vectors, layer(torch.tensor(tail[:-1], dtype=torch.long))])
        logs = model(inputs_embeds=before[None]).logits[0].double().log_softmax(-1)
        first = len(vectors) - 1
        sums.append(sum(logs[first + n, token] for n, token in enumerate(tail)))
    totals = torch.stack(sums)
    best = int(totals.argmax()) if at is None else at
    return best, totals.log_softmax(-1)[best] if len(tails) > 1 else totals[best]


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize(
    ("choices", "label"), [(CHOICES, None), (CHOICES, " a fox"), ((" France, and",), None)]
)
def test_gradients_of_a_share_are_those_of_plain_autograd(
    opened: Callable[..., Any],
    model_folder: Callable[[str], Path],
    kind: str,
    choices: tuple[str, ...],
    label: str | None,
) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(model_folder(kind)).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_folder(kind))
    ids = tokenizer(PROMPT)["input_ids"]
    tails = [tokenizer(PROMPT + choice)["input_ids"][len(ids) :] for choice in choices]
    vectors = model.get_input_embeddings()(torch.tensor(ids)).detach().requires_grad_()
    at, score = scored(model, vectors, tails, None if label is None else choices.index(label))
    score.backward()

    session = opened(kind)
    found = session.output(Differentiate(text=PROMPT, label=label, continuations=choices))
    assert found.label == choices[at]
    assert found.score == pytest.approx(score.item(), abs=1e-5)
    assert [token.text for token in found.tokens] == tokenizer.convert_ids_to_tokens(ids)
    norms = vectors.grad.norm(dim=-1).tolist()
    assert [token.norm for token in found.tokens] == pytest.approx(norms, rel=1e-4, abs=1e-5)
    products = (vectors.grad * vectors.detach()).sum(-1).tolist()
    assert [t.times_input for t in found.tokens] == pytest.approx(products, rel=1e-4, abs=1e-5)


def test_the_score_is_the_share_of_the_likelihoods(opened: Callable[..., Any]) -> None:
    session = opened("llama")
    asked = LogLikelihood(prompt=PROMPT, continuations=CHOICES)
    likelihoods = torch.tensor([each.log_likelihood for each in session.output(asked).scores])
    found = session.output(Differentiate(text=PROMPT, continuations=CHOICES))
    best = int(likelihoods.argmax())
    assert found.label == CHOICES[best]
    assert found.score == pytest.approx(float(likelihoods.log_softmax(-1)[best]), abs=1e-5)


def test_a_path_changes_the_text_within_the_prompt_and_adds_up(opened: Callable[..., Any]) -> None:
    asked = Differentiate(text=PROMPT, continuations=CHOICES, within=TEXT, n_steps=128)
    found = opened("llama").output(asked)
    inside = [token.start is not None and token.start < TEXT[1] for token in found.tokens]
    assert 0 < sum(inside) < len(inside)
    for token, is_inside in zip(found.tokens, inside, strict=True):
        assert (token.integrated == 0) is not is_inside
    assert found.baseline == "</s>"  # the vector of its token for padding is all zeros
    assert found.completeness_error < 0.01
    places = "".join(PROMPT[t.start : t.end] for t in found.tokens if t.start is not None)
    assert places == "".join(PROMPT.split())


def test_prompts_together_are_prompts_alone(opened: Callable[..., Any]) -> None:
    session = opened("llama")
    asked = [
        Differentiate(text=text, continuations=choices, n_steps=n)
        for text in (PROMPT, "Paris is the capital of")
        for choices, n in ((CHOICES, 1), (CHOICES[:2], 3))
    ]
    for payload, together in zip(asked, session.outputs(*asked), strict=True):
        alone = session.output(payload)
        assert alone.label == together.label
        assert alone.score == pytest.approx(together.score, abs=1e-5)
        values = [token.times_input for token in alone.tokens]
        assert [t.times_input for t in together.tokens] == pytest.approx(values, abs=1e-4)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Differentiate(text="a"), "a language model has no labels; ask with continuations"),
        (Differentiate(text="a", continuations=(" b",), label="c"), "no label 'c'; it has  b"),
        (Differentiate(text="a", continuations=(" b",), n_flips=2), "for classifiers alone"),
        (Differentiate(text="a", continuations=("",)), "a continuation is empty"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    opened: Callable[..., Any], asked: Differentiate, reason: str
) -> None:
    (answer,) = opened("llama").answers(asked)
    assert isinstance(answer, Failure)
    assert reason in answer.message


def test_a_classifier_continues_nothing(opened: Callable[..., Any]) -> None:
    (answer,) = opened("bert_classifier").answers(Differentiate(text="a", continuations=(" b",)))
    assert isinstance(answer, Failure)
    assert "a classifier continues no text" in answer.message
