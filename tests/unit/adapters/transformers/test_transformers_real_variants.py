"""Variants of SmolLM2 and of MiniLM, as a language model, a classifier and an encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakes.pinned_models import MINI, SMOL

from harness.adapters.transformers import TransformersAdapter
from harness.core.request import Classify, Embed, Generate, Payload, Request, RollingLogLikelihood

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.model

TEXT = "The sun rose slowly over the quiet village, and the farmers walked to their fields."
SNIPPETS = ("A quiet film that trusts its audience.", "Two hours that I would like to have back.")


def answers(adapter: TransformersAdapter, *payloads: Payload) -> list[Any]:
    session = adapter.open()
    requests = [Request(str(at), payload) for at, payload in enumerate(payloads)]
    found = {each.request.id: each.answer for each in session.respond(requests)}
    session.close()
    return [found[request.id].output for request in requests]  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def exact() -> Any:
    return answers(SMOL, *ASKED)


ASKED = (
    RollingLogLikelihood(text=TEXT),
    Generate(prompt="The capital of France is", max_new_tokens=8),
    Generate(prompt="Once upon a time", max_new_tokens=12),
)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> TransformersAdapter:
    """MiniLM with a head of two labels that nobody has trained."""
    folder = tmp_path_factory.mktemp("classifier")
    source = MINI.fetch()
    torch.manual_seed(0)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        source, num_labels=2, dtype=torch.float32
    )
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return TransformersAdapter(path=str(folder), task="classifier", device="cpu")


# How far the sum of log-probabilities may lie from the model's own, as a share of it.
@pytest.mark.parametrize(
    ("variant", "bound"),
    [
        ("bf16", 0.03),
        # Quick on a model of random weights, in the files on int8 and on variants.
        pytest.param("dynamic-int8", 0.03, marks=pytest.mark.slow),
        pytest.param("pruned-30", 0.3, marks=pytest.mark.slow),
    ],
)
def test_smollm2_predicts_nearly_as_well(variant: str, bound: float, exact: Any) -> None:
    text, capital, _ = answers(replace(SMOL, variant=variant), *ASKED)

    assert sum(text.values) == pytest.approx(sum(exact[0].values), rel=bound)
    assert text.values != exact[0].values
    assert "Paris" in capital.text


def test_smollm2_in_onnx_runtime_is_the_same_model(exact: Any) -> None:
    found = answers(replace(SMOL, variant="onnx"), *ASKED)

    assert found[0].values == pytest.approx(exact[0].values, abs=1e-3)
    assert [each.text for each in found[1:]] == [each.text for each in exact[1:]]


@pytest.mark.parametrize(
    ("variant", "bound"),
    [("onnx", 1e-4), ("dynamic-int8", 0.05), ("bf16", 0.05), ("pruned-30", 0.3)],
)
def test_minilm_classifies_nearly_the_same(
    variant: str, bound: float, classifier: TransformersAdapter
) -> None:
    asked = [Classify(text=text) for text in SNIPPETS]

    whole, other = (
        answers(classifier, *asked),
        answers(replace(classifier, variant=variant), *asked),
    )

    for known, found in zip(whole, other, strict=True):
        assert found.scores == pytest.approx(known.scores, abs=bound)
        assert found.scores != known.scores


@pytest.mark.parametrize(
    ("variant", "least"),
    [("onnx", 0.999999), ("dynamic-int8", 0.99), ("bf16", 0.999), ("pruned-30", 0.8)],
)
def test_minilm_embeds_nearly_the_same(variant: str, least: float) -> None:
    asked = [Embed(text=text) for text in SNIPPETS]

    whole, other = answers(MINI, *asked), answers(replace(MINI, variant=variant), *asked)

    for known, found in zip(whole, other, strict=True):
        cosine = sum(a * b for a, b in zip(known.values, found.values, strict=True))
        assert cosine > least
