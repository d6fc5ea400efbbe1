from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.request import Generate, Message
from harness.core.response import Generation
from harness.core.score import Scored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.generation import GenerationSuite
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.ter import Ter

ROWS = [
    {"q": "Capital of France?", "a": ["Paris", "Paris, France"]},
    {"q": "Capital of Italy?", "a": ["Rome"]},
    {"q": "Capital of Peru?", "a": ["Lima"]},
]


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return Dataset(path=str(path))


def suite_of(data: Dataset, **options: Any) -> GenerationSuite:
    columns = options.pop("columns", Columns(text="q", target="a"))
    return GenerationSuite(data=data, columns=columns, **options)


def test_asks_for_text(data: Dataset) -> None:
    task = suite_of(data, max_new_tokens=7, stop=("\n",), temperature=0.5).prepare(
        limit=None, seed=3
    )
    first = next(task.samples())
    assert task.n_samples == 3
    assert first.targets == ("Paris", "Paris, France")
    assert task.ask(first, Capability.GENERATES) == Generate(
        prompt="Capital of France?", max_new_tokens=7, stop=("\n",), temperature=0.5, seed=3
    )


def test_asks_as_chat(data: Dataset) -> None:
    task = suite_of(data, chat=True, system="Be brief.").prepare(limit=1, seed=0)
    (sample,) = task.samples()
    asked = task.ask(sample, Capability.GENERATES)
    assert isinstance(asked, Generate)
    assert asked.prompt == (Message("system", "Be brief."), Message("user", sample.text))


def test_the_default_metrics_measure_an_answer(data: Dataset) -> None:
    task = suite_of(data).prepare(limit=None, seed=0)
    first = next(task.samples())
    answer = Generation(text="Paris", finish_reason="stop")
    scores = {metric.name: metric.measure(first, answer) for metric in task.metrics}
    assert list(scores) == ["exact_match", "token_f1", "bleu", "chrf", "rouge", "length_ratio"]
    assert all(isinstance(score, Scored) for score in scores.values())
    assert scores["exact_match"] == Scored((1.0,))
    assert task.read(first, answer) == answer
    assert task.corpus_metrics == ()


@pytest.mark.parametrize(
    ("language", "tokenizer"),
    [("en", "13a"), ("zh", "zh"), ("ja", "ja-mecab"), ("ko", "ko-mecab"), ("th", "char")],
)
def test_language_picks_tokenizers(data: Dataset, language: str, tokenizer: str) -> None:
    suite = suite_of(data, language=language, metrics=("bleu", "ter", "self_bleu"))
    task = suite.prepare(limit=None, seed=0)
    bleu, ter = task.metrics
    assert isinstance(bleu, Bleu)
    assert isinstance(ter, Ter)
    assert bleu.tokenize == tokenizer
    assert ter.asian_support is (language in ("zh", "ja"))
    assert task.corpus_metrics[0].name == "self_bleu"


def test_quantities_have_names_of_their_own(data: Dataset) -> None:
    everything = (
        "exact_match",
        "token_f1",
        "bleu",
        "chrf",
        "ter",
        "rouge",
        "meteor",
        "length_ratio",
        "distinct",
        "self_bleu",
    )
    task = suite_of(data, metrics=everything).prepare(limit=None, seed=0)
    ids = [quantity.id for metric in task.metrics for quantity in metric.quantities]
    ids += [quantity.id for metric in task.corpus_metrics for quantity in metric.quantities]
    assert len(ids) == len(set(ids)) == 14


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ("blue",)}, r"metrics\[0\]\.name: there is no metric named 'blue'"),
        ({"max_new_tokens": 0}, "max_new_tokens: must be at least 1, not 0"),
        ({"temperature": -1.0}, "temperature: must be at least 0"),
        ({"columns": Columns(text="q")}, "the metric 'exact_match' needs a target"),
    ],
)
def test_impossible_options_are_refused_before_any_data_is_read(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        suite_of(Dataset(path="nowhere.jsonl"), **options)


def test_variety_needs_no_target(data: Dataset) -> None:
    suite = suite_of(data, columns=Columns(text="q"), metrics=("distinct", "self_bleu"))
    assert suite.prepare(limit=None, seed=0).metrics == ()


def test_what_a_metric_lacks_is_said_before_a_model_is_loaded(
    data: Dataset, tmp_path: Path
) -> None:
    lacking = {"name": "bertscore", "layer": 1, "model": {"path": str(tmp_path)}}
    with pytest.raises(ConfigError, match=r"holds no config\.json"):
        suite_of(data, metrics=(lacking,)).prepare(limit=None, seed=0)
