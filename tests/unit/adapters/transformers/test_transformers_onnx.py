"""Models in ONNX Runtime: the same answers as in torch, by every way of asking."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import AdapterError, ConfigError, HarnessError
from harness.core.request import Classify, Embed, Generate, LogLikelihood, RollingLogLikelihood

torch = pytest.importorskip("torch")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

from harness.adapters.transformers import TransformersAdapter, loading, onnx_apart, onnx_cache  # noqa: E402 - torch may be absent
from harness.adapters.transformers.onnx_export import check  # noqa: E402
from harness.adapters.transformers.onnx_graphs import plain_graph  # noqa: E402
from harness.adapters.transformers.sizes import facts_of  # noqa: E402

TEXTS = ("It was the best of times", "It was the worst", "Paris is the capital of France")


@pytest.fixture(autouse=True, scope="module")
def one_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Export each tiny model once for all tests, and in this process: another takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(loading, "export_in_child", lambda options: len(str(loading.export(options))))
        yield


@pytest.fixture
def encoder_file(model_folder: Callable[[str], Path]) -> Path:
    """Return the export of the tiny encoder, made by whichever test is the first to need it."""
    folder = str(model_folder("bert_encoder"))
    return loading.export(
        TransformersAdapter(path=folder, task="encoder", variant="onnx", device="cpu")
    )


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("llama", {}, "likelihoods:prefix tree"),
        ("llama", {"share_prefixes": False}, "likelihoods:row by row (share_prefixes is false)"),
    ],
)
def test_likelihoods_are_those_of_torch(
    kind: str, options: dict[str, Any], told: str, opened: Callable[..., Any]
) -> None:
    asked = [RollingLogLikelihood(text=text) for text in TEXTS]
    graph = opened(kind, variant="onnx", **options)

    for found, exact in zip(graph.outputs(*asked), opened(kind).outputs(*asked), strict=True):
        assert found.values == pytest.approx(exact.values, abs=1e-4)
    assert told in graph.session.identity.parts["settings"].split("|")


@pytest.mark.parametrize("options", [{}, {"share_prefixes": False}])
def test_rows_come_and_go_as_they_do_in_torch(
    options: dict[str, Any], opened: Callable[..., Any]
) -> None:
    asked = [
        Generate(prompt=text, max_new_tokens=n, temperature=heat, seed=1)
        for text, n, heat in zip(TEXTS, (9, 3, 6), (0.0, 0.0, 0.7), strict=True)
    ]
    graph = opened("llama", variant="onnx", **options)

    found, exact = graph.outputs(*asked), opened("llama").outputs(*asked)

    assert [each.text for each in found] == [each.text for each in exact]
    assert len({each.text for each in found}) == len(TEXTS)


@pytest.mark.parametrize(
    ("kind", "payload", "name"),
    [
        ("bert_classifier", Classify, "scores"),
        ("bert_encoder", Embed, "values"),
    ],
)
def test_batches_of_unequal_rows_are_those_of_torch(
    kind: str, payload: Any, name: str, opened: Callable[..., Any]
) -> None:
    asked = [payload(text=text) for text in TEXTS]

    for found, exact in zip(
        opened(kind, variant="onnx").outputs(*asked), opened(kind).outputs(*asked), strict=True
    ):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), abs=1e-4)


def test_a_masked_model_fills_gaps_as_in_torch(opened: Callable[..., Any]) -> None:
    asked = LogLikelihood(prompt="It was", continuations=(" the", " times"))

    found = opened("bert_masked", variant="onnx").output(asked).scores
    exact = opened("bert_masked").output(asked).scores

    assert [score.log_likelihood for score in found] == pytest.approx(
        [score.log_likelihood for score in exact], abs=1e-4
    )


def test_int8_is_near_and_hangs_on_no_neighbour(opened: Callable[..., Any]) -> None:
    asked = [RollingLogLikelihood(text=text) for text in TEXTS]
    rough, whole = opened("llama", variant="onnx-int8"), opened("llama", variant="onnx")

    together, exact = rough.outputs(*asked), opened("llama").outputs(*asked)

    assert [each.values for each in together] == [rough.output(one).values for one in asked]
    for found, known in zip(together, exact, strict=True):
        assert sum(found.values) == pytest.approx(sum(known.values), rel=0.3)
        assert found.values != known.values
    assert rough.output(Generate(prompt="It was", max_new_tokens=3)).text
    assert rough.model.parameter_bytes < whole.model.parameter_bytes


def test_the_identity_tells_the_checkpoint_and_the_variant(opened: Callable[..., Any]) -> None:
    graph, plain = (opened("llama", **options).session for options in ({"variant": "onnx"}, {}))

    assert graph.identity.parts["weights"] == plain.identity.parts["weights"]
    assert graph.identity.parts["config"] == plain.identity.parts["config"]
    assert graph.identity.parts["variant"] == "onnx"


def test_a_graph_knows_its_sizes(opened: Callable[..., Any]) -> None:
    found, exact = facts_of(opened("llama", variant="onnx").model), facts_of(opened("llama").model)

    assert found["kv_bytes_per_token"] == exact["kv_bytes_per_token"]
    assert found["n_parameters"] == exact["n_parameters"]
    assert found["active_share_float32"] == exact["active_share_float32"] == 1
    assert facts_of(opened("llama", variant="onnx-int8").model)["active_share_int8"] == 1
    # The file holds the weights, and the names and shapes of the operations around them.
    assert found["parameter_bytes"] >= exact["parameter_bytes"]


def test_an_export_is_made_once_and_checked_at_each_load(
    opened: Callable[..., Any],
    encoder_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(onnx_cache, "export", None)  # a second call would fail
        opened("bert_encoder", variant="onnx")

    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    kept = encoder_file.parents[1]
    folder = shutil.copytree(kept, tmp_path / "onnx" / kept.name)
    weights = folder / "export" / "model.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")

    with pytest.raises(AdapterError, match=r"this exported model is damaged; delete the folder"):
        opened("bert_encoder", variant="onnx")


@pytest.mark.slow  # an export in a process that imports torch anew takes half a minute
def test_the_first_load_exports_in_a_process_of_its_own(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Or the first round's memory and loading time would be those of the exporter."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    monkeypatch.setattr(loading, "export_in_child", onnx_apart.export_in_child)
    monkeypatch.setattr(onnx_cache, "export", None)  # a call in this process would fail

    first, second = (opened("bert_encoder", variant="onnx") for _ in range(2))

    assert first.session.facts()["export_s"] > 0
    assert second.session.facts()["export_s"] == 0


def test_what_the_other_process_cannot_do_is_said_here(tmp_path: Path) -> None:
    options = TransformersAdapter(path=str(tmp_path / "nothing"), variant="onnx")
    with pytest.raises(HarnessError, match="nothing"):
        onnx_apart.export_in_child(options)


def test_a_graph_that_computes_something_else_is_refused(
    opened: Callable[..., Any], encoder_file: Path
) -> None:
    model = opened("bert_encoder").model
    graph = plain_graph(model, "last_hidden_state")
    assert check(graph, encoder_file) < 1e-4

    with torch.no_grad():
        model.encoder.layer[0].output.dense.weight[0, 0] += 10

    with pytest.raises(AdapterError, match=r"answers are off by .* of the largest; leave"):
        check(graph, encoder_file)


def test_sliding_windows_are_refused(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_cache, "sharing_windows", lambda _model: {"sliding_attention": 4})

    with pytest.raises(ConfigError, match="full attention, not sliding; leave variant out"):
        opened("gemma", variant="onnx")
