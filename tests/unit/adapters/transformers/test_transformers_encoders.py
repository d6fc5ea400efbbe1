"""Masked and encoder-decoder models, classifiers and encoders, against plain passes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.window import window_of
from harness.core.errors import ConfigError
from harness.core.request import Classify, Embed, LogLikelihood, Request, RollingLogLikelihood
from harness.core.response import Classification, Failure, FailureKind, Response

TEXTS = ("Paris is the capital of France", "It was", "A", "The quick brown fox jumps over the dog")
AUTO = {
    "t5": transformers.AutoModelForSeq2SeqLM,
    "bert_masked": transformers.AutoModelForMaskedLM,
    "bert_classifier": transformers.AutoModelForSequenceClassification,
    "bert_encoder": transformers.AutoModel,
}


@cache
def load(folder: Path, kind: str) -> tuple[Any, Any]:
    model = AUTO[kind].from_pretrained(folder, dtype=torch.float32)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(folder)


def pseudo_log_likelihoods(folder: Path, context: list[int], targets: list[int]) -> list[float]:
    """Mask each target in turn, one pass each."""
    model, _ = load(folder, "bert_masked")
    whole = [1, *context, *targets, 2]
    values = []
    for at in range(1 + len(context), len(whole) - 1):
        masked = [*whole[:at], 3, *whole[at + 1 :]]
        with torch.inference_mode():
            logits = model(torch.tensor([masked])).logits[0, at]
        values.append(float(torch.log_softmax(logits.double(), -1)[whole[at]]))
    return values


def test_masked_likelihoods_mask_each_token_in_turn(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder = model_folder("bert_masked")
    _, tokenizer = load(folder, "bert_masked")
    continuations = (" France and Rome", " was it not")
    asked = [LogLikelihood(prompt=text, continuations=continuations) for text in TEXTS]
    for text, output in zip(TEXTS, opened("bert_masked").outputs(*asked), strict=True):
        for continuation, score in zip(continuations, output.scores, strict=True):
            context = tokenizer(text, add_special_tokens=False)["input_ids"]
            whole = tokenizer(text + continuation, add_special_tokens=False)["input_ids"]
            values = pseudo_log_likelihoods(folder, context, whole[len(context) :])
            assert score.log_likelihood == pytest.approx(sum(values), abs=1e-4)
            assert score.n_tokens == len(values) > 1


def test_a_long_text_is_masked_in_disjoint_pieces(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder = model_folder("bert_masked")
    _, tokenizer = load(folder, "bert_masked")
    tokens = tokenizer(TEXTS[3], add_special_tokens=False)["input_ids"]
    expected = [
        value
        for begin in range(0, len(tokens), 6)
        for value in pseudo_log_likelihoods(folder, [], tokens[begin : begin + 6])
    ]
    output = opened("bert_masked", max_length=8).output(RollingLogLikelihood(text=TEXTS[3]))
    assert output.values == pytest.approx(expected, abs=1e-4)
    assert len(tokens) > 6


def test_seq2seq_likelihoods_are_the_decoders(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("t5"), "t5")
    continuations = (" France", " was it not", "A", "B")
    asked = [LogLikelihood(prompt=text, continuations=continuations) for text in TEXTS]
    totals = []
    for text, output in zip(TEXTS, opened("t5").outputs(*asked), strict=True):
        for continuation, score in zip(continuations, output.scores, strict=True):
            targets = tokenizer(continuation, add_special_tokens=False)["input_ids"]
            with torch.inference_mode():
                logits = model(
                    input_ids=torch.tensor([tokenizer(text)["input_ids"]]),
                    decoder_input_ids=torch.tensor([[0, *targets[:-1]]]),
                ).logits[0]
            table = torch.log_softmax(logits.double(), -1)
            total = sum(float(table[at, token]) for at, token in enumerate(targets))
            assert score.log_likelihood == pytest.approx(total, abs=1e-4)
            totals.append(total)
    assert max(totals[::4]) - min(totals[::4]) > 0.1


def test_seq2seq_answers_are_decoded_from_the_whole_prompt_where_they_were_written(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("t5"), "t5")
    asked = LogLikelihood(prompt="It was\n ", continuations=("the best",), is_written=True)
    targets = tokenizer("the best", add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logits = model(
            input_ids=torch.tensor([tokenizer("It was\n ")["input_ids"]]),
            decoder_input_ids=torch.tensor([[0, *targets[:-1]]]),
        ).logits[0]
    table = torch.log_softmax(logits.double(), -1)
    expected = sum(float(table[at, token]) for at, token in enumerate(targets))
    (score,) = opened("t5").output(asked).scores
    assert score.log_likelihood == pytest.approx(expected, abs=1e-4)
    assert score.n_tokens == len(targets)


def test_seq2seq_texts_are_decoded_from_nothing(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("t5"), "t5")
    targets = tokenizer(TEXTS[0], add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logits = model(
            input_ids=torch.tensor([[1]]), decoder_input_ids=torch.tensor([[0, *targets[:-1]]])
        ).logits[0]
    table = torch.log_softmax(logits.double(), -1)
    expected = [float(table[at, token]) for at, token in enumerate(targets)]
    output = opened("t5").output(RollingLogLikelihood(text=TEXTS[0]))
    assert output.values == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("budget", [1, 4096])
def test_classes_have_the_softmax_of_the_logits(
    budget: int, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("bert_classifier"), "bert_classifier")
    session = opened("bert_classifier", max_batch_tokens=budget)
    outputs = session.outputs(*(Classify(text=text) for text in TEXTS))
    for text, output in zip(TEXTS, outputs, strict=True):
        with torch.inference_mode():
            logits = model(torch.tensor([tokenizer(text)["input_ids"]])).logits[0]
        assert output.labels == ("bad", "fair", "good")
        assert output.scores == pytest.approx(logits.double().softmax(-1).tolist(), abs=1e-5)
        assert output.is_probability
    assert len({output.scores for output in outputs}) == len(TEXTS)


def test_labels_that_may_go_together_are_no_distribution(
    opened: Callable[..., Any], model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(model_folder("bert_classifier"), tmp_path / "several"))
    config = json.loads((folder / "config.json").read_text())
    config["problem_type"] = "multi_label_classification"
    (folder / "config.json").write_text(json.dumps(config))
    several = TransformersAdapter(path=str(folder), task="classifier", device="cpu").open()
    (exchange,) = several.respond([Request("a", Classify(text="A"))])
    assert isinstance(exchange.answer, Response)
    output = exchange.answer.output
    assert isinstance(output, Classification)
    assert not output.is_probability
    # Sigmoids keep the differences of the logits, as softmax does.
    odds = torch.tensor(output.scores).logit()
    logs = torch.tensor(opened("bert_classifier").output(Classify(text="A")).scores).log()
    assert (odds - odds[0]).tolist() == pytest.approx((logs - logs[0]).tolist(), abs=1e-3)


def test_a_regression_is_no_classifier(model_folder: Callable[[str], Path], tmp_path: Path) -> None:
    config = transformers.AutoConfig.from_pretrained(model_folder("bert_classifier"), num_labels=1)
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    adapter = TransformersAdapter(path=str(tmp_path), task="classifier", device="cpu")
    with pytest.raises(ConfigError, match="regression"):
        adapter.open()


def test_positions_behind_the_padding_index_are_not_in_the_window() -> None:
    config = transformers.RobertaConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=12, pad_token_id=1,
    )  # fmt: skip
    model = transformers.RobertaModel(config).eval()
    no_limit = SimpleNamespace(model_max_length=10**30)
    assert window_of(model, no_limit, None) == 10
    model(torch.full((1, 10), 5))
    with pytest.raises((IndexError, RuntimeError), match="out of"):
        model(torch.full((1, 11), 5))


@pytest.mark.parametrize("budget", [1, 4096])
def test_vectors_are_normalised_means(
    budget: int, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("bert_encoder"), "bert_encoder")
    session = opened("bert_encoder", max_batch_tokens=budget)
    outputs = session.outputs(*(Embed(text=text) for text in TEXTS))
    for text, output in zip(TEXTS, outputs, strict=True):
        with torch.inference_mode():
            hidden = model(torch.tensor([tokenizer(text)["input_ids"]])).last_hidden_state[0]
        mean = hidden.double().mean(0)
        assert output.values == pytest.approx((mean / mean.norm()).tolist(), abs=1e-5)


@pytest.mark.parametrize("kind", ["bert_classifier", "bert_encoder"])
def test_a_long_text_fails_unless_it_may_be_cut(kind: str, opened: Callable[..., Any]) -> None:
    payload = Classify if kind == "bert_classifier" else Embed
    long, short = "It was the best of times " * 40, "It was the best of times"
    (failure,) = opened(kind).answers(payload(text=long))
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LONG
    cutting = opened(kind, too_long="truncate", max_length=5)
    cut, also_cut = cutting.outputs(payload(text=long), payload(text=short))
    assert cut == also_cut


def test_what_a_task_does_not_do_is_refused(opened: Callable[..., Any]) -> None:
    (answer,) = opened("bert_encoder").answers(Classify(text="x"))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.REJECTED
    assert "encoder" in answer.message
