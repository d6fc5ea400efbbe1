"""Linear layers in int8: what they compute, and that nobody's answer hangs on his neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.adapters.transformers import TransformersAdapter
from harness.core.errors import ConfigError
from harness.core.request import Classify, Embed, LogLikelihood, RollingLogLikelihood

torch = pytest.importorskip("torch")

from harness.adapters.transformers import variant_fitness  # noqa: E402 - torch may be absent
from harness.adapters.transformers.int8_linear import Int8Linear  # noqa: E402

ASKED: dict[str, list[Any]] = {
    "llama": [RollingLogLikelihood(text="It was the best of times")],
    "gemma": [RollingLogLikelihood(text="It was the best of times")],
    "gpt2": [RollingLogLikelihood(text="It was the best of times")],
    "t5": [LogLikelihood(prompt="It was", continuations=(" the", " of times"))],
    "bert_masked": [LogLikelihood(prompt="It was", continuations=(" the",))],
    "bert_classifier": [Classify(text="It was")],
    "bert_encoder": [Embed(text="It was")],
}
HAS_LINEAR_HEAD = ("llama", "gemma", "gpt2", "t5", "bert_masked")


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def layer_of(weights: Any, *, bias: bool = False) -> Any:
    layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=bias)
    layer.weight.data = weights.clone()
    return layer


def random_rows(n: int, width: int, seed: int = 0) -> Any:
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed))


def numbers(output: Any) -> list[float]:
    if hasattr(output, "values"):
        return list(output.values)
    values = [getattr(score, "log_likelihood", score) for score in output.scores]
    return [float(value) for value in values]


def test_whole_numbers_up_to_127_are_multiplied_exactly() -> None:
    draw = torch.Generator().manual_seed(1)
    weights = torch.randint(-127, 128, (7, 12), generator=draw).float()
    rows = torch.randint(-127, 128, (2, 3, 12), generator=draw).float()
    weights[:, 0] = 127  # a scale of 1 for each channel, and for each token below
    rows[..., 1] = -127
    layer = layer_of(weights, bias=True)

    found = Int8Linear(layer)(rows)

    assert found.shape == (2, 3, 7)
    assert torch.equal(found, layer(rows))


def test_each_channel_and_each_token_has_a_scale_of_its_own() -> None:
    weights, rows = random_rows(8, 64), random_rows(5, 64, seed=1)
    weights[3] *= 1000
    rows[2] *= 1000
    layer = layer_of(weights)

    error = (Int8Linear(layer)(rows) - layer(rows)).abs()

    # Under one scale for all, whatever is a thousand times smaller would round to nothing.
    size = rows.norm(dim=-1)[:, None] * weights.norm(dim=-1)
    assert (error / size).max() < 0.01


def test_a_row_does_not_hang_on_the_rows_beside_it() -> None:
    layer = Int8Linear(layer_of(random_rows(33, 65)))
    rows = random_rows(9, 65, seed=2)
    rows[4, 7] = 1e6

    together = layer(rows)

    for place, row in enumerate(rows):
        assert torch.equal(together[place], layer(row[None])[0])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_stays_none(value: float) -> None:
    layer = Int8Linear(layer_of(random_rows(3, 4)))
    rows = torch.ones(2, 4)
    rows[1, 2] = value

    found = layer(rows)

    assert torch.isfinite(found[0]).all()
    assert not torch.isfinite(found[1]).any()


def test_zeros_no_rows_and_the_type_of_the_input() -> None:
    source = layer_of(random_rows(3, 4), bias=True)
    layer = Int8Linear(source)

    assert torch.equal(layer(torch.zeros(1, 4))[0], source.bias)
    assert layer(torch.zeros(0, 4)).shape == (0, 3)
    assert layer(torch.ones(1, 4, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("kind", list(ASKED))
def test_every_architecture_answers_nearly_the_same(kind: str, opened: Callable[..., Any]) -> None:
    rough = opened(kind, variant="dynamic-int8")
    exact = opened(kind)

    for payload in ASKED[kind]:
        expected, found = numbers(exact.output(payload)), numbers(rough.output(payload))
        assert found != expected
        assert found == pytest.approx(expected, rel=0.2, abs=0.2)


@pytest.mark.parametrize("kind", HAS_LINEAR_HEAD)
def test_the_head_is_rounded_and_the_embedding_it_shares_is_not(
    kind: str, opened: Callable[..., Any]
) -> None:
    model = opened(kind, variant="dynamic-int8").model
    exact = opened(kind).model

    assert isinstance(model.get_output_embeddings(), Int8Linear)
    assert model.get_output_embeddings().weight.dtype == torch.int8
    assert torch.equal(model.get_input_embeddings().weight, exact.get_input_embeddings().weight)
    assert not any(type(part) is torch.nn.Linear for part in model.modules())


def test_one_scale_for_a_batch_means_batches_of_one(opened: Callable[..., Any]) -> None:
    texts = ["It was", "the best of times, it was the worst", "Paris is the capital of France"]
    asked = [RollingLogLikelihood(text=text) for text in texts]
    model = opened("llama", variant="dynamic-int8-per-tensor")

    together = [numbers(output) for output in model.outputs(*asked)]

    assert together == [numbers(model.output(payload)) for payload in asked]
    assert together != [numbers(output) for output in opened("llama").outputs(*asked)]


def test_the_two_ways_are_two_models(opened: Callable[..., Any]) -> None:
    ways = (None, "dynamic-int8", "dynamic-int8-per-tensor")
    prints = {opened("llama", variant=way).session.identity.fingerprint for way in ways}

    assert len(prints) == len(ways)


@pytest.mark.parametrize("way", ["dynamic-int8", "dynamic-int8-per-tensor"])
def test_other_devices_are_refused(way: Any) -> None:
    options = TransformersAdapter(path="x", variant=way)

    with pytest.raises(ConfigError, match=r"runs on the CPU, and the device is cuda; write"):
        variant_fitness.check_variant_fits(options, "cuda")
