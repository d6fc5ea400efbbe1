"""A classifier fitted on the one part of a real data set and judged on the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from harness.adapters.sklearn import Fit, Recipe, SklearnAdapter
from harness.core.capability import Capability
from harness.core.ports import Session, Task
from harness.core.request import Request
from harness.core.response import Response
from harness.core.score import Scored
from harness.sources.columns import Column, Columns
from harness.sources.dataset import Dataset
from harness.suites.classification import ClassificationSuite
from harness.suites.cross_validation import CrossValidationSuite

REVIEWS = Dataset(
    package="vaderSentiment",
    version="3.3.2",
    sdist=True,
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    file="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    "!hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
    format="tsv",
    header=False,
    split_by="2",
)
COLUMNS = Columns(text="2", target=Column(column="1", threshold=0))
TRAIN, TEST = replace(REVIEWS, part="train"), replace(REVIEWS, part="test")


def values(task: Task, session: Session, capability: Capability) -> Mapping[str, float]:
    """Ask everything and return every quantity by its id."""
    samples = {sample.id: sample for sample in task.samples()}
    requests = [Request(i, task.ask(sample, capability)) for i, sample in samples.items()]
    readings = {}
    for exchange in session.respond(requests):
        assert isinstance(exchange.answer, Response)
        name = exchange.request.id
        readings[name] = task.read(samples[name], exchange.answer.output)
    found: dict[str, float] = {}
    for metric in task.metrics:
        scores = (metric.measure(samples[i], read) for i, read in readings.items())  # type: ignore[arg-type]  # a wrong one would fail below
        statistics = np.array([s.statistics for s in scores if isinstance(s, Scored)])
        assert len(statistics) == len(samples)
        reduced = metric.reduce(statistics, np.ones((1, len(statistics))))[0]
        found |= dict(zip((q.id for q in metric.quantities), reduced.tolist(), strict=True))
    return found


def texts(dataset: Dataset) -> Iterable[str]:
    return (row["2"] for row in dataset.rows())


@pytest.mark.model
def test_no_review_is_in_both_parts() -> None:
    train, test = set(texts(TRAIN)), set(texts(TEST))
    assert not train & test
    assert train | test == set(texts(REVIEWS))
    assert 0.19 < len(test) / len(train | test) < 0.21


@pytest.mark.model
@pytest.mark.parametrize(
    ("recipe", "low", "high"),
    [
        ("logistic_regression", 0.75, 0.81),
        ("naive_bayes", 0.75, 0.81),
        ("k_nearest_neighbours", 0.65, 0.78),
    ],
)
def test_held_out_accuracy_is_what_such_a_classifier_reaches(
    recipe: Recipe, low: float, high: float
) -> None:
    adapter = SklearnAdapter(fit=Fit(data=TRAIN, columns=COLUMNS, recipe=recipe))
    task = ClassificationSuite(data=TEST, columns=COLUMNS).prepare(limit=None, seed=0)
    found = values(task, adapter.open(), Capability.CLASSIFIES)
    assert low < found["accuracy"] < high
    assert found["accuracy"] < found["roc_auc"] < 0.9


@pytest.mark.model
def test_held_out_accuracy_lies_below_that_on_the_training_part() -> None:
    session = SklearnAdapter(fit=Fit(data=TRAIN, columns=COLUMNS)).open()
    suite = ClassificationSuite(data=TRAIN, columns=COLUMNS, metrics=("confusion",))
    seen = values(suite.prepare(limit=2000, seed=0), session, Capability.CLASSIFIES)
    assert seen["accuracy"] > 0.87


@pytest.mark.model
def test_cross_validation_agrees_with_the_held_out_part() -> None:
    session = SklearnAdapter(fit=Fit(data=TRAIN, columns=COLUMNS)).open()
    task = CrossValidationSuite(data=REVIEWS, columns=COLUMNS, n_folds=3).prepare(
        limit=None, seed=0
    )
    found = values(task, session, Capability.FITS)
    assert 0.75 < found["accuracy"] < 0.81
    assert found["fold_accuracy_mean"] == pytest.approx(found["accuracy"], abs=1e-3)
    assert found["fold_accuracy_sd"] < 0.02
