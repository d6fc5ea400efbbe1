"""Models derived from a checkpoint: what is changed, what is refused, what the identity tells."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from harness.adapters.transformers import TransformersAdapter
from harness.core.errors import ConfigError
from harness.core.request import Classify, Generate, LogLikelihood, RollingLogLikelihood

torch = pytest.importorskip("torch")

from harness.adapters.transformers import variant_fitness  # noqa: E402 - torch may be absent
from harness.adapters.transformers.pruning import prune, prune_2_of_4  # noqa: E402
from harness.adapters.transformers.sizes import parameter_bytes  # noqa: E402

ASKED = LogLikelihood(prompt="It was", continuations=(" the", " of times"))


def bodies(model: Any) -> list[Any]:
    """Return the matrices of a tiny model that pruning is to touch."""
    head = model.get_output_embeddings()
    return [
        part.weight
        for part in model.base_model.modules()
        if type(part).__name__ in ("Linear", "Conv1D") and part is not head
    ]


@pytest.mark.parametrize("kind", ["llama", "gpt2", "bert_classifier"])
@pytest.mark.parametrize("percentage", [1, 30, 99])
def test_exactly_the_smallest_share_of_each_layer_is_zero(
    kind: str, percentage: int, opened: Callable[..., Any]
) -> None:
    before = [weights.detach().clone() for weights in bodies(opened(kind).model)]
    after = bodies(opened(kind, variant=f"pruned-{percentage}").model)

    assert before
    for old, new in zip(before, after, strict=True):
        is_zero = new == 0
        assert int(is_zero.sum()) == round(old.numel() * percentage / 100)
        assert torch.equal(new[~is_zero], old[~is_zero])
        assert old[is_zero].abs().max() <= old[~is_zero].abs().min()


def test_embeddings_and_heads_are_not_pruned(opened: Callable[..., Any]) -> None:
    whole, pruned = opened("gemma").model, opened("gemma", variant="pruned-90").model

    assert torch.equal(pruned.get_input_embeddings().weight, whole.get_input_embeddings().weight)
    assert torch.equal(pruned.get_output_embeddings().weight, whole.get_output_embeddings().weight)


def test_equal_magnitudes_go_in_the_order_of_their_places() -> None:
    class Body(torch.nn.Module):  # type: ignore[misc,name-defined] # torch's types are not followed
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 2, bias=False)
            self.layer.weight.data = torch.tensor([[1.0, -1.0, 1.0, 1.0], [2.0, 1.0, 1.0, 1.0]])

        base_model = property(lambda self: self)
        get_output_embeddings = staticmethod(lambda: None)

    by_layer, by_group = Body(), Body()
    prune(by_layer, 25)
    prune_2_of_4(by_group)

    assert by_layer.layer.weight.tolist() == [[0, 0, 1, 1], [2, 1, 1, 1]]
    assert by_group.layer.weight.tolist() == [[0, 0, 1, 1], [2, 0, 0, 1]]


def test_half_of_every_four_neighbours_is_zero(opened: Callable[..., Any]) -> None:
    for weights in bodies(opened("llama", variant="pruned-2:4").model):
        assert ((weights.reshape(-1, 4) == 0).sum(-1) == 2).all()


def test_inputs_that_make_no_groups_of_four_are_refused() -> None:
    import transformers

    config = transformers.LlamaConfig(
        hidden_size=6, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=8
    )
    with pytest.raises(ConfigError, match=r"6 inputs, which make no groups of four; write"):
        prune_2_of_4(transformers.LlamaForCausalLM(config))


@pytest.mark.parametrize(("name", "dtype"), [("bf16", "bfloat16"), ("fp16", "float16")])
def test_a_number_format_is_one_model_however_it_was_asked_for(
    name: str, dtype: str, opened: Callable[..., Any]
) -> None:
    short, long, whole = (
        opened("llama", variant=name),
        opened("llama", dtype=dtype),
        opened("llama"),
    )

    assert {weights.dtype for weights in short.model.parameters()} == {getattr(torch, dtype)}
    assert short.session.identity == long.session.identity
    assert short.session.identity.parts["variant"] == name
    found, exact = short.output(ASKED).scores, whole.output(ASKED).scores
    assert [score.log_likelihood for score in found] == pytest.approx(
        [score.log_likelihood for score in exact], rel=0.1
    )
    assert found != exact
    assert parameter_bytes(short.model) < 0.51 * parameter_bytes(whole.model)


@pytest.mark.parametrize("way", ["dynamic-int8", "dynamic-int8-per-tensor"])
def test_int8_layers_take_a_fourth_of_the_room(way: str, opened: Callable[..., Any]) -> None:
    whole, small = opened("bert_encoder"), opened("bert_encoder", variant=way)
    linear = sum(
        part.weight.numel() for part in whole.model.modules() if type(part) is torch.nn.Linear
    )

    saved = parameter_bytes(whole.model) - parameter_bytes(small.model)

    # Scales come in addition: four bytes for each channel.
    assert 0.8 * 3 * linear < saved <= 3 * linear


def test_variants_share_the_weights_hash_and_nothing_else_of_their_print(
    opened: Callable[..., Any],
) -> None:
    names = (None, "bf16", "dynamic-int8", "pruned-30", "pruned-31", "pruned-2:4")
    identities = [opened("llama", variant=name).session.identity for name in names]

    assert len({identity.parts["weights"] for identity in identities}) == 1
    assert len({identity.fingerprint for identity in identities}) == len(names)
    assert [identity.parts["variant"] for identity in identities] == ["none", *names[1:]]
    assert all(int(identity.parts["parameter_bytes"]) > 0 for identity in identities)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variant": "pruned-0"}, "is no variant; write one of dynamic-int8, "),
        ({"variant": "pruned-100"}, "is no variant"),
        ({"variant": "int8"}, "is no variant"),
        ({"variant": "bf16", "dtype": "float16"}, "says otherwise than dtype = 'float16'"),
        ({"variant": "onnx", "dtype": "bfloat16"}, "starts from float32, not bfloat16"),
    ],
)
def test_names_that_mean_nothing_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TransformersAdapter(path="x", **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("options", "device", "missing", "words"),
    [
        ({"variant": "onnx"}, "cuda", "", "runs on the CPU, and the device is cuda"),
        ({"variant": "onnx"}, "cpu", "onnxruntime", "install 'model-audit-harness[onnx]'"),
        ({"variant": "onnx", "task": "seq2seq"}, "cpu", "", "an encoder-decoder pair needs two"),
        (
            {"variant": "onnx-int8", "attention": "flash_attention_2"},
            "cpu",
            "",
            "has no flash_attention_2",
        ),
        ({"variant": "torch-compile"}, "cpu", "compiler", "needs a C++ compiler, and none of c++"),
        ({"variant": "torch-compile"}, "cuda:0", "triton", "triton is not installed"),
    ],
)
def test_what_a_machine_cannot_do_is_refused_before_loading(
    options: dict[str, Any], device: str, missing: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = None if missing == "compiler" else "/usr/bin/c++"
    monkeypatch.setattr("shutil.which", lambda _name: found)
    monkeypatch.setattr(
        variant_fitness, "find_spec", lambda name: None if name == missing else object()
    )
    with pytest.raises(ConfigError) as caught:
        variant_fitness.check_variant_fits(TransformersAdapter(path="x", **options), device)
    assert words in str(caught.value)


needs_a_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("c++", "g++", "clang++"))), reason="needs a C++ compiler"
)


@needs_a_compiler
def test_the_feed_forward_part_of_each_block_is_compiled(opened: Callable[..., Any]) -> None:
    model = opened("llama", variant="torch-compile").model
    compiled = [part for part in model.modules() if part._compiled_call_impl is not None]
    assert compiled == [layer.mlp for layer in model.model.layers]


@needs_a_compiler
@pytest.mark.slow  # the compiler takes half a minute
def test_compiled_blocks_answer_the_same(opened: Callable[..., Any]) -> None:
    compiled, plain = opened("llama", variant="torch-compile"), opened("llama")

    asked = [RollingLogLikelihood(text=text) for text in ("It was", "the best of times", "Paris")]
    for found, exact in zip(compiled.outputs(*asked), plain.outputs(*asked), strict=True):
        assert found.values == pytest.approx(exact.values, abs=1e-4)
    written = Generate(prompt="It was", max_new_tokens=4)
    assert compiled.output(written).text == plain.output(written).text


def test_a_classifier_has_its_variants_too(opened: Callable[..., Any]) -> None:
    exact = opened("bert_classifier").output(Classify(text="It was"))
    for name, bound in (("dynamic-int8", 0.1), ("bf16", 0.1), ("pruned-10", 0.5)):
        found = opened("bert_classifier", variant=name).output(Classify(text="It was"))
        assert found.labels == exact.labels
        assert found.scores == pytest.approx(exact.scores, abs=bound)
        assert found.scores != exact.scores
