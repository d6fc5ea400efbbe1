from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.core.errors import ConfigError
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Direction
from harness.suites.metrics.evaluate import EvaluateMetric

SCRIPT = """
import datasets
import evaluate


class {name}(evaluate.Metric):
    def _info(self):
        one = datasets.Features(
            {{"predictions": datasets.Value("string"), "references": datasets.Value("string")}}
        )
        many = datasets.Features(
            {{
                "predictions": datasets.Value("string"),
                "references": datasets.Sequence(datasets.Value("string")),
            }}
        )
        return evaluate.MetricInfo(
            description="x", citation="x", inputs_description="x", features={features}
        )

    def _compute(self, predictions, references, scale=1):
        {body}
"""
WORKING = """
        sets = [[r] if isinstance(r, str) else r for r in references]
        hits = [p in r for p, r in zip(predictions, sets)]
        return {"%s": scale * sum(hits) / len(hits), "lengths": [len(hits), 2.5], "note": "text"}
"""


@pytest.fixture(scope="module", autouse=True)
def _cache_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let evaluate copy modules to a folder of the tests, and forget it afterwards."""
    import evaluate.config

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("modules")
        patch.setattr(evaluate.config, "HF_MODULES_CACHE", str(folder))
        patch.setattr(sys, "path", [*sys.path])
        for name in [name for name in sys.modules if name.startswith("evaluate_modules")]:
            patch.delitem(sys.modules, name)
        yield
        for name in [name for name in sys.modules if name.startswith("evaluate_modules")]:
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes a module's folder and returns its path."""

    def _write(name: str, body: str, features: str = "[one, many]") -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.py").write_text(
            SCRIPT.format(name=name, body=body.strip(), features=features)
        )
        return str(folder)

    return _write


def samples_of(*targets: tuple[str, ...]) -> list[Sample]:
    return [Sample(id=str(i), index=i, text="q", targets=t) for i, t in enumerate(targets)]


def outputs_of(*texts: str) -> list[Generation]:
    return [Generation(text=text, finish_reason="stop") for text in texts]


def test_numbers_of_a_local_module(write: Callable[..., str]) -> None:
    path = write("hits_one", WORKING % "hits_one")
    metric = EvaluateMetric(module="hits_one", path=path, direction="higher", options={"scale": 10})
    names = [quantity.id for quantity in metric.quantities]
    assert names == [
        "evaluate_hits_one",
        "evaluate_hits_one_lengths_1",
        "evaluate_hits_one_lengths_2",
    ]
    assert {quantity.direction for quantity in metric.quantities} == {Direction.HIGHER}
    found = metric.compute(samples_of(("a",), ("b",), ()), outputs_of("a", "x", "unasked"))
    assert found == {
        "evaluate_hits_one": 5.0,
        "evaluate_hits_one_lengths_1": 2.0,
        "evaluate_hits_one_lengths_2": 2.5,
    }
    assert metric.name == "evaluate:hits_one"
    assert metric.signature["revision"] == "local"
    assert len(metric.signature["code"]) == 16


def test_a_value_per_text_is_averaged(write: Callable[..., str]) -> None:
    body = """
        lengths = [len(p) for p in predictions]
        return {"sizes": lengths, "pairs": [len(lengths), 2.5], "hashcode": "text"}
"""
    metric = EvaluateMetric(module="sizes_one", path=write("sizes_one", body), low=0, high=9)
    quantities = {quantity.id: quantity for quantity in metric.quantities}
    stem = "evaluate_sizes_one"
    assert list(quantities) == [f"{stem}_sizes_mean", f"{stem}_pairs_1", f"{stem}_pairs_2"]
    assert {(quantity.low, quantity.high) for quantity in quantities.values()} == {(0, 9)}
    found = metric.compute(samples_of(("a",), ("b",), ("c",)), outputs_of("a", "bb", "cccccc"))
    assert found == {f"{stem}_sizes_mean": 3.0, f"{stem}_pairs_1": 3.0, f"{stem}_pairs_2": 2.5}


def test_arrays_and_lists_of_lists_per_text_are_averaged(write: Callable[..., str]) -> None:
    body = """
        import numpy
        n = len(predictions)
        return {"array": numpy.arange(n) / 1.0, "deep": {"rows": [[1.0, 3.0]] * n}}
"""
    metric = EvaluateMetric(module="sizes_two", path=write("sizes_two", body))
    found = metric.compute(samples_of(*[("a",)] * 5), outputs_of(*"abcde"))
    assert found == {
        "evaluate_sizes_two_array_mean": 2.0,
        "evaluate_sizes_two_deep_rows_mean": 2.0,
    }
    assert [quantity.id for quantity in metric.quantities] == list(found)


def test_a_module_without_a_number_is_refused(write: Callable[..., str]) -> None:
    path = write("words_one", 'return {"answer": "text", "each": [p for p in predictions]}')
    with pytest.raises(ConfigError, match="returns no number"):
        _ = EvaluateMetric(module="words_one", path=path).quantities


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"low: 1.0 is not below 1.0"):
        EvaluateMetric(module="x", path="x", low=1.0, high=1.0)


def test_several_references_go_as_lists(write: Callable[..., str]) -> None:
    metric = EvaluateMetric(module="hits_two", path=write("hits_two", WORKING % "share"))
    found = metric.compute(samples_of(("a", "b"), ("c",)), outputs_of("b", "\ud800"))
    assert found["evaluate_hits_two_share"] == 0.5


def test_a_module_of_lists_alone_gets_lists(write: Callable[..., str]) -> None:
    path = write("hits_four", WORKING % "share", "many")
    metric = EvaluateMetric(module="hits_four", path=path)
    found = metric.compute(samples_of(("a",), ("b",)), outputs_of("a", "x"))
    assert found["evaluate_hits_four_share"] == 0.5


def test_a_module_of_single_texts_refuses_several(write: Callable[..., str]) -> None:
    metric = EvaluateMetric(module="hits_five", path=write("hits_five", WORKING % "share", "one"))
    with pytest.raises(ConfigError, match="fails on these texts"):
        metric.compute(samples_of(("a", "b")), outputs_of("a"))


def test_nothing_to_measure_gives_nothing(write: Callable[..., str]) -> None:
    metric = EvaluateMetric(module="hits_three", path=write("hits_three", WORKING % "share"))
    assert metric.compute(samples_of(()), outputs_of("a")) == {}


def test_a_module_that_fails_is_named(write: Callable[..., str]) -> None:
    path = write("breaks_one", 'raise ValueError("only numbers, please")')
    with pytest.raises(ConfigError, match=r"^metric 'evaluate:breaks_one'.*only numbers, please"):
        _ = EvaluateMetric(module="breaks_one", path=path).quantities


def test_a_folder_without_the_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must hold a script of its own name"):
        _ = EvaluateMetric(module="x", path=str(tmp_path)).signature
    with pytest.raises(ConfigError, match="no such file or folder"):
        _ = EvaluateMetric(module="x", path=str(tmp_path / "missing")).signature


def test_remote_code_needs_trust() -> None:
    with pytest.raises(ConfigError, match="runs the Python code in it; write trust_remote_code"):
        EvaluateMetric(module="rouge")


def test_the_hub_without_a_network_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import evaluate.config

    monkeypatch.setattr(evaluate.config, "HF_EVALUATE_OFFLINE", True)
    monkeypatch.setattr(evaluate.config, "HF_MODULES_CACHE", str(tmp_path))

    with pytest.raises(ConfigError) as caught:
        EvaluateMetric(module="rouge", trust_remote_code=True).quantities  # noqa: B018 - loads it

    said = str(caught.value)
    assert said.startswith("metric 'evaluate:rouge': cannot be loaded from the Hugging Face hub (")
    assert said.endswith("or give path = a local folder that holds it")
    assert "\n" not in said
