"""Gradients of tiny classifiers, against plain autograd, captum and a search through everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.adapters.transformers import TransformersAdapter  # noqa: E402 - torch may be absent
from harness.conformance import check_adapter  # noqa: E402
from harness.core.capability import Capability  # noqa: E402
from harness.core.request import Classify, Differentiate, Request  # noqa: E402
from harness.core.response import Failure  # noqa: E402

TEXT = "It was the best of times"
LONGER = "Paris is the capital of France, and Rome that of Italy."
KIND = "bert_classifier"


def read(folder: Path) -> tuple[Any, Any]:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    return model, transformers.AutoTokenizer.from_pretrained(folder)


def by_autograd(model: Any, ids: Any, label: int) -> tuple[Any, Any, float]:
    """Return input embeddings, their gradient and the log-probability: one row, no padding."""
    vectors = model.get_input_embeddings()(ids).detach().requires_grad_()
    score = model(inputs_embeds=vectors).logits.double().log_softmax(-1)[0, label]
    score.backward()
    return vectors.detach()[0], vectors.grad[0], score.item()


def test_gradients_are_those_of_plain_autograd(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = read(model_folder(KIND))
    spans = ((0, 2), (7, 10), (3, 15))
    asked = [Differentiate(text=text, label="good", spans=spans) for text in (LONGER, TEXT)]
    for payload, found in zip(asked, opened(KIND).outputs(*asked), strict=True):
        ids = tokenizer(payload.text, return_tensors="pt")["input_ids"]
        vectors, gradient, score = by_autograd(model, ids, 2)
        assert found.label == "good"
        assert found.score == pytest.approx(score, rel=1e-5, abs=1e-5)
        tokens = found.tokens
        assert [token.text for token in tokens] == tokenizer.convert_ids_to_tokens(ids[0])
        norms = gradient.norm(dim=-1).tolist()
        assert [token.norm for token in tokens] == pytest.approx(norms, rel=1e-5, abs=1e-5)
        products = (gradient * vectors).sum(-1).tolist()
        assert [token.times_input for token in tokens] == pytest.approx(
            products, rel=1e-5, abs=1e-5
        )
        places = [(token.start, token.end) for token in tokens]
        for (start, end), norm in zip(spans, found.span_norms, strict=True):
            inside = [
                at for at, (a, b) in enumerate(places) if a is not None and a < end > start < b
            ]
            assert norm == pytest.approx(
                float(gradient[inside].mean(0).abs().sum()), rel=1e-5, abs=1e-5
            )


def test_tokens_are_found_in_the_text(opened: Callable[..., Any]) -> None:
    found = opened(KIND).output(Differentiate(text=LONGER))
    first, *own, last = found.tokens
    assert (first.text, first.start, last.text, last.end) == ("[CLS]", None, "[SEP]", None)
    assert "".join(LONGER[t.start : t.end] for t in own) == LONGER.replace(" ", "")
    assert found.span_norms == ()
    assert found.baseline_score is None
    assert all(token.integrated is None and not token.flips for token in found.tokens)


def test_without_a_label_it_is_the_models_choice(opened: Callable[..., Any]) -> None:
    session = opened(KIND)
    best = session.output(Classify(text=TEXT)).label
    chosen = session.output(Differentiate(text=TEXT, n_steps=4))
    assert chosen == session.output(Differentiate(text=TEXT, label=best, n_steps=4))
    assert chosen.label == best


def test_integrated_gradients_are_captums(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    attr = pytest.importorskip("captum.attr")
    model, tokenizer = read(model_folder(KIND))
    found = opened(KIND).output(Differentiate(text=TEXT, label="bad", n_steps=20))
    ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    away = ids.clone()
    away[0, 1:-1] = tokenizer.pad_token_id

    def score(ids: Any) -> Any:
        return model(input_ids=ids).logits.log_softmax(-1)[:, 0]

    layer = model.get_input_embeddings()
    sums = attr.LayerIntegratedGradients(score, layer).attribute(ids, away, n_steps=20).sum(-1)[0]
    assert [token.integrated for token in found.tokens] == pytest.approx(
        sums.tolist(), rel=1e-5, abs=1e-5
    )
    product = attr.LayerGradientXActivation(score, layer).attribute(ids).sum(-1)[0]
    assert [token.times_input for token in found.tokens] == pytest.approx(
        product.tolist(), abs=1e-5
    )
    assert found.baseline == "[PAD]"
    assert found.baseline_score == pytest.approx(score(away).item(), rel=1e-5, abs=1e-5)


def test_integrated_gradients_sum_to_the_difference(opened: Callable[..., Any]) -> None:
    found = opened(KIND).output(Differentiate(text=TEXT, label="good", n_steps=64))
    whole = sum(token.integrated for token in found.tokens)
    assert whole == pytest.approx(found.score - found.baseline_score, rel=0.01)
    assert found.completeness_error < 0.01
    coarse = opened(KIND).output(Differentiate(text=TEXT, label="good", n_steps=2))
    assert coarse.completeness_error > found.completeness_error


def test_flips_are_the_best_of_the_whole_vocabulary(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = read(model_folder(KIND))
    found = opened(KIND).output(Differentiate(text=TEXT, label="bad", n_flips=3))
    ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    vectors, gradient, _ = by_autograd(model, ids, 0)
    table = model.get_input_embeddings().weight.detach()
    for at, token in enumerate(found.tokens):
        if not token.text.lstrip("\u0120").isalpha():
            assert token.flips == ()
            continue
        estimates = {}
        for piece, new in tokenizer.get_vocab().items():
            is_like = piece.startswith("\u0120") is token.text.startswith("\u0120")
            bare = tokenizer.convert_tokens_to_string([piece]).strip()
            if is_like and bare.isalpha() and new != ids[0, at]:
                change = table[new] - vectors[at]
                estimates[piece] = (float(gradient[at] @ change), bare)
        best = sorted(estimates.values())[:3]
        assert [flip.estimate for flip in token.flips] == pytest.approx(
            [estimate for estimate, _ in best], abs=1e-4
        )
        assert [flip.text for flip in token.flips] == [text for _, text in best]
    assert sum(len(token.flips) for token in found.tokens) > 6


def test_flips_keep_to_a_similarity_and_may_be_drawn(opened: Callable[..., Any]) -> None:
    session = opened(KIND)
    near = session.output(Differentiate(text=TEXT, n_flips=500, min_similarity=0.2))
    cosines = [flip.similarity for token in near.tokens for flip in token.flips]
    assert cosines
    assert min(cosines) >= 0.2
    drawn, again, other = (
        session.output(Differentiate(text=TEXT, n_flips=5, min_similarity=0.2, flip_seed=seed))
        for seed in (1, 1, 2)
    )
    assert drawn == again != other
    for near_token, token in zip(near.tokens, drawn.tokens, strict=True):
        known = {flip.text for flip in near_token.flips}
        assert {flip.text for flip in token.flips} <= known
        assert len(token.flips) == min(5, len(near_token.flips))


def test_answers_do_not_hang_on_the_batch(opened: Callable[..., Any]) -> None:
    asked = [
        Differentiate(text=text, n_steps=n, spans=((0, 5),))
        for text in (TEXT, LONGER, "x")
        for n in (1, 5)
    ]
    together = opened(KIND).outputs(*asked)
    alone = opened(KIND, max_batch_tokens=1).outputs(*asked)
    for one, other in zip(together, alone, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-5)
        for a, b in zip(one.tokens, other.tokens, strict=True):
            assert (a.norm, a.integrated) == pytest.approx((b.norm, b.integrated), abs=1e-5)


def test_memory_is_bounded_by_halving_batches(opened: Callable[..., Any]) -> None:
    session = opened(KIND)
    sizes = session.limit_batch(3)
    found = session.output(Differentiate(text=TEXT, label="bad", n_steps=16))
    assert found.completeness_error is not None
    assert max(sizes) > 3
    assert sum(size for size in sizes if size <= 3) == 16 + 2


def test_many_texts_share_a_pass(opened: Callable[..., Any]) -> None:
    session = opened(KIND)
    sizes = session.limit_batch(10**6)
    session.outputs(*(Differentiate(text=f"{TEXT} {at}", n_steps=3) for at in range(8)))
    assert len(sizes) == 2  # the texts, which choose the label, and then the paths
    assert sum(sizes) == 8 * (1 + 3 + 1)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Differentiate(text="a", label="so-so"), "no label 'so-so'; it has bad, fair, good"),
        (Differentiate(text="a", n_steps=0), "0 steps"),
        (Differentiate(text="a" * 200), "do not fit into the window"),
    ],
)
def test_what_cannot_be_differentiated_says_why(
    opened: Callable[..., Any], asked: Differentiate, reason: str
) -> None:
    (answer,) = opened(KIND).answers(asked)
    assert isinstance(answer, Failure)
    assert reason in answer.message


def test_a_cut_text_has_gradients_up_to_the_cut(opened: Callable[..., Any]) -> None:
    session = opened(KIND, max_length=6, too_long="truncate")
    found = session.output(
        Differentiate(text=LONGER, spans=((0, 4), (len(LONGER) - 3, len(LONGER))))
    )
    assert len(found.tokens) == 6
    assert found.span_norms[0] > 0 == found.span_norms[1]


def test_labels_that_go_together_have_a_sigmoid_each(
    model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    model, tokenizer = read(model_folder(KIND))
    model.config.problem_type = "multi_label_classification"
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    session = TransformersAdapter(path=str(tmp_path), task="classifier", device="cpu").open()
    (exchange,) = session.respond([Request("a", Differentiate(text=TEXT, label="fair"))])
    logit = model(**tokenizer(TEXT, return_tensors="pt")).logits[0, 1]
    expected = torch.nn.functional.logsigmoid(logit).item()
    assert exchange.answer.output.score == pytest.approx(expected, abs=1e-5)  # type: ignore[union-attr]


def test_a_decoders_classifier_reads_the_last_token_of_padded_rows(
    model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    config = transformers.AutoConfig.from_pretrained(model_folder("llama"), num_labels=2)
    torch.manual_seed(3)
    model = transformers.LlamaForSequenceClassification(config).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_folder("llama"))
    model.config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    adapter = TransformersAdapter(path=str(tmp_path), task="classifier", device="cpu")
    session = adapter.open()
    requests = [
        Request(text, Differentiate(text=text, label="LABEL_1", n_steps=3))
        for text in (TEXT, LONGER)
    ]
    for exchange in session.respond(requests):
        ids = tokenizer(exchange.request.id, return_tensors="pt")["input_ids"]
        vectors = model.get_input_embeddings()(ids).detach().requires_grad_()
        hidden = model.model(inputs_embeds=vectors).last_hidden_state[:, -1]
        model.score(hidden).log_softmax(-1)[0, 1].backward()
        norms = vectors.grad[0].norm(dim=-1).tolist()
        output = exchange.answer.output  # type: ignore[union-attr]
        assert [token.norm for token in output.tokens] == pytest.approx(norms, rel=1e-5)  # type: ignore[union-attr]


def test_it_keeps_the_promises_of_an_adapter(model_folder: Callable[[str], Path]) -> None:
    check_adapter(
        TransformersAdapter(path=str(model_folder(KIND)), task="classifier", device="cpu")
    )


@pytest.mark.parametrize(
    ("variant", "is_open"),
    [(None, True), ("bf16", True), ("pruned-30", True), ("dynamic-int8", False), ("onnx", False)],
)
def test_only_what_runs_in_torch_differentiates(variant: str | None, is_open: bool) -> None:  # noqa: FBT001 - a case
    adapter = TransformersAdapter(path="x", task="classifier", variant=variant)
    assert (Capability.DIFFERENTIATES in adapter.capabilities) is is_open
    assert Capability.CLASSIFIES in adapter.capabilities
