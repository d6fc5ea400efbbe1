"""What a classifier leaves out of its last layer: only what changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.first_token import read_first_token_alone
from harness.adapters.transformers.loading import load

SIZES: dict[str, Any] = {
    "vocab_size": 61,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
    "num_labels": 3,
}
LESS = ("bert", "roberta", "electra", "deberta-v2")


class MeanOfTokens(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A head that reads all tokens, as many do that are not BERT's own."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.body = model.bert
        self.head = model.classifier
        self.config = model.config
        self.base_model_prefix = "body"
        self.dtype, self.device = model.dtype, model.device

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return SimpleNamespace(logits=self.head(hidden.mean(1)))


class LastToken(MeanOfTokens):
    """A head that looks for a token which is no longer there."""

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return SimpleNamespace(logits=self.head(hidden[:, input_ids.shape[1] - 1]))


def classifier(kind: str) -> Any:
    """Return a small model of random weights, large enough for texts to differ in their logits."""
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(kind, **SIZES, initializer_range=0.5)
    return transformers.AutoModelForSequenceClassification.from_config(config).eval()


def said(model: Any) -> torch.Tensor:
    """Return the logits of rows of unequal length, (rows, labels)."""
    ids = torch.randint(5, 61, (6, 11), generator=torch.Generator().manual_seed(1))
    mask = (torch.arange(11) < torch.tensor([11, 9, 7, 3, 2, 1])[:, None]).long()
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=ids, attention_mask=mask).logits
    return logits


def lengths_behind_last_attention(model: Any) -> list[int]:
    """Return the number of tokens that each pass's last feed-forward layer has seen."""
    seen: list[int] = []
    body = getattr(model, model.base_model_prefix)
    layer = body.encoder.layer[-1].intermediate
    layer.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[1]))
    said(model)
    return seen


@pytest.mark.parametrize("kind", LESS)
def test_only_the_first_token_is_computed_and_logits_stay(kind: str) -> None:
    whole = classifier(kind)
    less = deepcopy(whole)
    assert read_first_token_alone(less)
    assert said(whole).std() > 0.01  # or else any change would pass
    torch.testing.assert_close(said(less), said(whole), rtol=1e-5, atol=1e-5)
    assert lengths_behind_last_attention(whole) == [11]
    assert lengths_behind_last_attention(less) == [1]


def test_gradients_stay_as_they_are() -> None:
    whole = classifier("bert")
    less = deepcopy(whole)
    read_first_token_alone(less)
    found = []
    for model in (whole, less):
        vectors = model.get_input_embeddings()(torch.arange(5, 14)[None]).detach().requires_grad_()
        model(inputs_embeds=vectors).logits[0, 1].backward()
        found.append(vectors.grad)
    assert found[0].abs().max() > 0
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("head", [MeanOfTokens, LastToken])
def test_a_head_that_reads_more_is_left_whole(head: type[MeanOfTokens]) -> None:
    model = head(classifier("bert")).eval()
    before = said(model)
    assert not read_first_token_alone(model)
    assert torch.equal(said(model), before)


@pytest.mark.parametrize("kind", ["distilbert", "albert", "gpt2"])
def test_a_model_of_another_build_is_left_whole(kind: str) -> None:
    model = classifier(kind)
    model.config.pad_token_id = 0
    before = said(model)
    assert not read_first_token_alone(model)
    assert torch.equal(said(model), before)


def test_sparse_attention_is_not_tried_on_short_texts() -> None:
    model = classifier("big_bird")
    assert model.bert.attention_type == "block_sparse"
    assert not read_first_token_alone(model)
    assert model.bert.attention_type == "block_sparse"  # a short text would have changed it


@pytest.mark.parametrize(
    ("variant", "n_read"), [(None, 1), ("dynamic-int8", 1), ("dynamic-int8-per-tensor", 11)]
)
def test_one_scale_for_all_tokens_of_a_batch_is_taken_from_all(
    variant: str | None, n_read: int, model_folder: Callable[[str], Path]
) -> None:
    path = str(model_folder("bert_classifier"))
    loaded = load(
        TransformersAdapter(path=path, task="classifier", device="cpu", variant=variant)
    ).model
    assert set(lengths_behind_last_attention(loaded)) == {n_read}


def test_a_window_that_is_shorter_than_the_trial_is_no_error() -> None:
    config = transformers.AutoConfig.for_model("bert", **{**SIZES, "max_position_embeddings": 4})
    model = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    assert not read_first_token_alone(model)


def test_rounding_to_half_precision_proves_nothing() -> None:
    assert not read_first_token_alone(classifier("bert").to(torch.bfloat16))
