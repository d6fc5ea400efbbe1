"""Attention of tiny models, against transformers' own maps and a rollout written in numpy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from tokenizers import processors  # noqa: E402 - as above

from harness.adapters.transformers import TransformersAdapter, attending  # noqa: E402 - as above
from harness.adapters.transformers.attention_pass import attention_maps  # noqa: E402
from harness.core.attention import AttentionMaps  # noqa: E402
from harness.core.capability import Capability  # noqa: E402
from harness.core.request import Attend, Classify, Differentiate, Request  # noqa: E402
from harness.core.response import Failure, FailureKind, Response  # noqa: E402

TEXT = "It was the best of times"
LONGER = "Paris is the capital of France, and Rome that of Italy."
KIND = "bert_classifier"
ASKED = Attend(text=TEXT)


def heads_of(folder: Path, text: str) -> list[Any]:
    """Return each layer's (heads, n, n) as transformers gives it, for one row without padding."""
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    ids = transformers.AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    with torch.no_grad():
        found = model(input_ids=ids["input_ids"], output_attentions=True).attentions
    return [layer[0].numpy().astype(np.float64) for layer in found]


def rollout_of(heads: list[Any]) -> Any:
    """Return (n, n): the product of all layers, from the first to the last."""
    whole = np.eye(heads[0].shape[-1])
    for layer in heads:
        mixed = 0.5 * layer.mean(axis=0) + 0.5 * np.eye(len(whole))
        whole = (mixed / mixed.sum(axis=1, keepdims=True)) @ whole
    return whole


@pytest.mark.parametrize("n_mapped", [0, 5, 99])
def test_attention_is_that_of_transformers_and_its_rollout_that_of_the_paper(
    opened: Callable[..., Any], model_folder: Callable[[str], Path], n_mapped: int
) -> None:
    asked = [Attend(text=text, n_mapped=n_mapped) for text in (TEXT, LONGER)]
    for payload, found in zip(asked, opened(KIND).outputs(*asked), strict=True):
        heads = heads_of(model_folder(KIND), payload.text)
        rollout = rollout_of(heads)
        last = heads[-1].mean(axis=0)
        assert (found.reader, found.n_layers) == ("first", 2)
        assert [token.last for token in found.tokens] == pytest.approx(last[0], abs=1e-6)
        assert [token.rollout for token in found.tokens] == pytest.approx(rollout[0], abs=1e-6)
        if not n_mapped:
            assert found.mapped is None
            continue
        n = min(n_mapped, len(rollout))
        assert found.mapped.tokens == tuple(token.text for token in found.tokens[:n])
        assert found.mapped.n_left_out == len(rollout) - n
        assert [each.layer for each in found.mapped.maps] == [1, 2, None]
        expected = [*(layer.mean(axis=0) for layer in heads), rollout]
        for each, whole in zip(found.mapped.maps, expected, strict=True):
            assert np.array(each.rows) == pytest.approx(whole[:n, :n], abs=1e-4)


def test_tokens_are_found_in_the_text(opened: Callable[..., Any]) -> None:
    first, *own, last = opened(KIND).output(Attend(text=LONGER)).tokens
    assert (first.text, first.start, last.text, last.end) == ("[CLS]", None, "[SEP]", None)
    assert "".join(LONGER[t.start : t.end] for t in own) == LONGER.replace(" ", "")


def test_the_models_own_kernel_is_there_again_afterwards(opened: Callable[..., Any]) -> None:
    session = opened(KIND)
    asked = [Classify(text=TEXT), Differentiate(text=TEXT)]
    before = session.outputs(*asked)
    assert session.model.config._attn_implementation == "sdpa"
    session.output(Attend(text=TEXT))
    assert session.model.config._attn_implementation == "sdpa"
    assert session.outputs(*asked) == before


def test_maps_of_long_texts_share_no_batch(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def spy(loaded: Any, rows: Any) -> Any:
        sizes.append(len(rows))
        return attention_maps(loaded, rows)

    monkeypatch.setattr(attending, "attention_maps", spy)
    session = opened(KIND)
    asked = [Attend(text=f"{TEXT} {at}") for at in range(4)]
    together = session.outputs(*asked)
    n_tokens = max(len(each.tokens) for each in together)
    # Two layers of four heads, four bytes each.
    monkeypatch.setattr(attending, "_MAX_BYTES", 2 * 8 * 4 * n_tokens**2)
    assert sizes == [4]
    apart = session.outputs(*asked)
    assert sizes == [4, 2, 2]
    for one, other in zip(together, apart, strict=True):
        paid = [token.rollout for token in other.tokens]
        assert [token.rollout for token in one.tokens] == pytest.approx(paid, abs=1e-6)


def decoder(folder: Path, source: Path) -> Path:
    """Store a classifier made from a decoder, which reads its answer from the last token."""
    config = transformers.GPT2Config.from_pretrained(source, num_labels=2)
    tokenizer = transformers.AutoTokenizer.from_pretrained(source, pad_token="</s>")
    config.pad_token_id = tokenizer.pad_token_id
    transformers.GPT2ForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_decoder_reads_from_its_last_token(
    opened: Callable[..., Any], model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    del opened
    folder = decoder(tmp_path / "decoder", model_folder("gpt2"))
    session = TransformersAdapter(path=str(folder), task="classifier", device="cpu").open()
    asked = [Request(text, Attend(text=text)) for text in (TEXT, LONGER)]
    for exchange in session.respond(asked):
        assert isinstance(exchange.answer, Response)
        output = exchange.answer.output
        assert isinstance(output, AttentionMaps)
        assert output.reader == "last"
        paid = [token.rollout for token in output.tokens]
        rollout = rollout_of(heads_of(folder, exchange.request.id))
        assert paid == pytest.approx(rollout[-1], abs=1e-6)
    session.close()


def test_a_language_model_looks_from_where_it_goes_on(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    found = opened("llama").output(Attend(text=TEXT))
    rollout = rollout_of(heads_of(model_folder("llama"), TEXT))
    assert (found.reader, found.tokens[0].text) == ("last", "<s>")
    assert [token.rollout for token in found.tokens] == pytest.approx(rollout[-1], abs=1e-6)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize("text", [TEXT, f"{TEXT} ", f"{TEXT}\n\n", f"<s>{TEXT}"])
def test_a_language_model_looks_from_the_token_that_is_scored_from(
    kind: str, text: str, opened: Callable[..., Any]
) -> None:
    session = opened(kind)
    found = session.output(Attend(text=text))
    scored = session.output(Differentiate(text=text, continuations=(" France", " Rome")))
    told, wanted = ([(t.text, t.start, t.end) for t in one.tokens] for one in (found, scored))
    assert told == wanted
    if not text.startswith("<s>"):
        rollout = [token.rollout for token in session.output(Attend(text=TEXT)).tokens]
        assert [token.rollout for token in found.tokens] == pytest.approx(rollout, abs=1e-6)


def test_a_language_model_does_not_look_from_an_end_that_the_tokenizer_adds(
    opened: Callable[..., Any], model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "ended"
    shutil.copytree(model_folder("llama"), folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ids = [(token, tokenizer.convert_tokens_to_ids(token)) for token in ("<s>", "</s>")]
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=ids
    )
    tokenizer.save_pretrained(folder)
    session = TransformersAdapter(path=str(folder), device="cpu").open()
    (exchange,) = session.respond([Request("1", ASKED)])
    session.close()
    assert isinstance(exchange.answer, Response)
    assert exchange.answer.output == opened("llama").output(ASKED)


def test_a_prompt_that_is_too_long_is_refused(opened: Callable[..., Any]) -> None:
    (answer,) = opened("llama").answers(Attend(text="word " * 99))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TOO_LONG


def test_a_model_without_such_maps_says_so(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "attention_maps", lambda *_: None)
    (answer,) = opened(KIND).answers(Attend(text=TEXT))
    assert isinstance(answer, Failure)
    assert "BertForSequenceClassification shows no attention" in answer.message


@pytest.mark.parametrize(
    ("variant", "is_open"),
    [(None, True), ("dynamic-int8", True), ("onnx", False), ("torch-compile", False)],
)
def test_only_what_runs_layer_by_layer_attends(variant: str | None, is_open: bool) -> None:  # noqa: FBT001 - a case
    adapter = TransformersAdapter(path="x", task="classifier", variant=variant)
    assert (Capability.ATTENDS in adapter.capabilities) is is_open
