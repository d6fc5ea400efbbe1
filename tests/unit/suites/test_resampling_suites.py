"""Cross-validation and learning curves: the same numbers as scikit-learn on the same splits."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, cross_val_score, learning_curve
from sklearn.pipeline import make_pipeline

from harness.adapters.sklearn import Fit, SklearnAdapter
from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError
from harness.core.estimate import Estimate, Interval
from harness.core.figure import FigureKind
from harness.core.ports import Metric
from harness.core.request import FitAndClassify, Request
from harness.core.response import Classification, Generation, Response
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Scored, Unscored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.classification import ClassificationSuite
from harness.suites.cross_validation import CrossValidationSuite
from harness.suites.learning_curve import LearningCurveSuite, learning_curves
from harness.suites.resampled_task import ResampledTask

COLUMNS = Columns(text="text", target="label")
PIPELINE = make_pipeline(
    TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=1000)
)
N_ROWS = 150
_WORDS = {
    "good": ["splendid", "lovely", "superb", "fine", "rich"],
    "bad": ["dreadful", "dull", "awful", "poor", "thin"],
    "mixed": ["uneven", "odd", "fine", "thin", "long"],
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """Return noisy reviews, fifty of each label, none twice."""
    rng = random.Random(0)
    labels = [label for label in _WORDS for _ in range(N_ROWS // 3)]
    lines = [
        f"{rng.choice(_WORDS[label])} {rng.choice(_WORDS[rng.choice(list(_WORDS))])} film {i},"
        f"{label},{i // 3}"
        for i, label in enumerate(labels)
    ]
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["text,label,critic", *lines]))
    return Dataset(path=str(path))


def answers(task: ResampledTask, data: Dataset) -> dict[str, Classification]:
    """Ask the sklearn adapter everything, and read what it says."""
    session = SklearnAdapter(fit=Fit(data=data, columns=COLUMNS)).open()
    samples = {sample.id: sample for sample in task.samples()}
    requests = [Request(i, task.ask(sample, Capability.FITS)) for i, sample in samples.items()]
    found = {}
    for exchange in session.respond(requests):
        assert isinstance(exchange.answer, Response)
        read = task.read(samples[exchange.request.id], exchange.answer.output)
        assert isinstance(read, Classification)
        found[exchange.request.id] = read
    return found


def values(
    metric: Metric, samples: list[Sample], read: dict[str, Classification]
) -> dict[str, float]:
    scores = [metric.measure(sample, read[sample.id]) for sample in samples]
    statistics = np.array([s.statistics for s in scores if isinstance(s, Scored)])
    assert len(statistics) == len(samples)
    reduced = metric.reduce(statistics, np.ones((1, len(samples))))[0]
    return dict(zip((q.id for q in metric.quantities), reduced.tolist(), strict=True))


def folds_of(samples: list[Sample]) -> list[tuple[list[int], list[int]]]:
    """Return scikit-learn's form of the suite's splits: (train, test) positions by fold."""
    held_out = defaultdict(list)
    for sample in samples:
        held_out[sample.slices["fold"]].append(sample.index)
    return [(sorted(set(range(N_ROWS)) - set(test)), test) for _, test in sorted(held_out.items())]


def test_cross_validation_equals_cross_val_predict(data: Dataset) -> None:
    task = CrossValidationSuite(data=data, columns=COLUMNS, n_folds=4).prepare(limit=None, seed=3)
    samples = sorted(task.samples(), key=lambda sample: sample.index)
    texts, labels = [s.text for s in samples], [s.targets[0] for s in samples]
    splits = folds_of(samples)
    expected = cross_val_predict(PIPELINE, texts, labels, cv=splits, method="predict_proba")
    accuracies = cross_val_score(PIPELINE, texts, labels, cv=splits)

    read = answers(task, data)

    np.testing.assert_allclose([read[s.id].scores for s in samples], expected, atol=1e-12)
    spread = values(task.metrics[-1], samples, read)
    assert spread["fold_accuracy_mean"] == pytest.approx(accuracies.mean(), abs=1e-12)
    assert spread["fold_accuracy_sd"] == pytest.approx(accuracies.std(ddof=1), abs=1e-12)


def test_a_learning_curve_equals_scikit_learns(data: Dataset) -> None:
    suite = LearningCurveSuite(data=data, columns=COLUMNS, sizes=(30, 0.5, 1.0), n_folds=3)
    task = suite.prepare(limit=None, seed=1)
    by_size: defaultdict[int, list[Sample]] = defaultdict(list)
    for sample in task.samples():
        by_size[int(sample.slices["n_train"])].append(sample)
    assert {n: len(samples) for n, samples in by_size.items()} == dict.fromkeys(
        (30, 50, 100), N_ROWS
    )

    whole = sorted(by_size[100], key=lambda sample: sample.index)
    texts, labels = [s.text for s in whole], [s.targets[0] for s in whole]
    place = {text: i for i, text in enumerate(texts)}
    tests: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for sample in whole:
        tests[training_texts(task, sample)].append(place[sample.text])
    splits = [([place[text] for text in train], test) for train, test in tests.items()]
    sizes, _, expected = learning_curve(
        PIPELINE, texts, labels, cv=splits, train_sizes=[30, 50, 100], shuffle=False
    )

    read = answers(task, data)

    n_tests = np.array([len(test) for _, test in splits])
    for n_train, accuracies in zip(sizes, expected, strict=True):
        found = values(task.metrics[0], by_size[int(n_train)], read)["accuracy"]
        assert found == pytest.approx((accuracies * n_tests).sum() / N_ROWS, abs=1e-12)


def test_the_number_over_all_sizes_pools_their_answers(data: Dataset) -> None:
    suite = LearningCurveSuite(data=data, columns=COLUMNS, sizes=(10, 0.5, 1.0), n_folds=3)
    task = suite.prepare(limit=None, seed=1)
    read = answers(task, data)
    by_size: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in task.samples():
        by_size[sample.slices["n_train"]].append(sample)
    points = [values(task.metrics[0], samples, read) for samples in by_size.values()]
    pooled = values(task.metrics[0], list(task.samples()), read)

    def mean_of_points(key: str) -> float:
        return sum(point[key] for point in points) / len(points)

    assert pooled["accuracy"] == pytest.approx(mean_of_points("accuracy"), abs=1e-12)
    # What the suite's page warns of: a ratio of pooled counts is no mean of ratios.
    assert pooled["f1_macro"] != pytest.approx(mean_of_points("f1_macro"), abs=1e-6)


def training_texts(task: ResampledTask, sample: Sample) -> tuple[str, ...]:
    asked = task.ask(sample, Capability.FITS)
    assert isinstance(asked, FitAndClassify)
    return asked.training.texts


def test_no_text_is_in_its_own_training_set(data: Dataset) -> None:
    suites = (
        CrossValidationSuite(data=data, columns=COLUMNS),
        LearningCurveSuite(data=data, columns=COLUMNS),
    )
    for suite in suites:
        task = suite.prepare(limit=None, seed=0)
        assert all(sample.text not in training_texts(task, sample) for sample in task.samples())


def test_a_clusters_rows_are_never_on_both_sides(data: Dataset) -> None:
    columns = Columns(text="text", target="label", cluster="critic")
    task = CrossValidationSuite(data=data, columns=columns).prepare(limit=None, seed=0)
    critic_of = {sample.text: sample.cluster for sample in task.samples()}
    assert len(set(critic_of.values())) == N_ROWS // 3
    for sample in task.samples():
        assert sample.cluster not in {critic_of[text] for text in training_texts(task, sample)}


def test_smaller_training_sets_are_parts_of_larger_ones(data: Dataset) -> None:
    task = LearningCurveSuite(data=data, columns=COLUMNS).prepare(limit=None, seed=0)
    by_text: defaultdict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for sample in task.samples():
        by_text[sample.text][int(sample.slices["n_train"])] = training_texts(task, sample)
    for trainings in by_text.values():
        assert sorted(trainings) == [12, 30, 60, 120]
        for n_train, texts in trainings.items():
            assert texts == trainings[120][:n_train]
            assert len(set(texts)) == n_train


def test_points_of_one_text_are_one_cluster_with_ids_of_their_own(data: Dataset) -> None:
    task = LearningCurveSuite(data=data, columns=COLUMNS, sizes=(0.5, 1.0)).prepare(
        limit=None, seed=0
    )
    samples = list(task.samples())
    assert task.n_samples == len(samples) == len({s.id for s in samples}) == 2 * N_ROWS
    assert len({sample.index for sample in samples}) == 2 * N_ROWS
    assert set(Counter(sample.cluster for sample in samples).values()) == {2}
    assert all(s.id == f"{s.cluster}@n_train={s.slices['n_train']}" for s in samples)


def test_samples_that_share_a_fit_come_together(data: Dataset) -> None:
    for suite, n_fits in (
        (CrossValidationSuite(data=data, columns=COLUMNS), 5),
        (LearningCurveSuite(data=data, columns=COLUMNS), 20),
    ):
        task = suite.prepare(limit=None, seed=0)
        fits = [training_texts(task, sample) for sample in task.samples()]
        n_changes = sum(a != b for a, b in itertools.pairwise(fits))
        assert len(set(fits)) == n_fits == n_changes + 1


def test_the_seed_and_the_limit_draw_the_split(data: Dataset) -> None:
    suite = CrossValidationSuite(data=data, columns=COLUMNS)
    first = suite.prepare(limit=None, seed=0)
    assert suite.prepare(limit=None, seed=0).data_hash == first.data_hash
    other = suite.prepare(limit=None, seed=1)
    assert other.data_hash != first.data_hash
    assert [s.id for s in other.samples()] != [s.id for s in first.samples()]
    limited = suite.prepare(limit=60, seed=0)
    assert limited.n_samples == 60
    assert all(len(training_texts(limited, sample)) == 48 for sample in limited.samples())


def test_a_label_missing_from_a_training_set_has_probability_0(tmp_path: Path) -> None:
    path = tmp_path / "rare.csv"
    lines = [f"text {i},{'ab'[i % 2]}" for i in range(20)]
    path.write_text("\n".join(["text,label", *lines, "rare text,c"]))
    data = Dataset(path=str(path))
    task = CrossValidationSuite(data=data, columns=COLUMNS, n_folds=2).prepare(limit=None, seed=0)
    (rare,) = (sample for sample in task.samples() if sample.targets == ("c",))
    read = answers(task, data)[rare.id]
    assert read.labels == ("a", "b", "c")
    assert read.scores[2] == 0.0
    assert sum(read.scores) == pytest.approx(1)


def test_an_answer_without_labels_is_unscored(data: Dataset) -> None:
    task = CrossValidationSuite(data=data, columns=COLUMNS).prepare(limit=None, seed=0)
    sample, *_ = task.samples()
    assert isinstance(task.read(sample, Generation(text="a", finish_reason="stop")), Unscored)
    assert task.figures([]) == ()


def estimate(n_train: str | None, value: float | None, quantity: str = "accuracy") -> Estimate:
    interval = None
    if value is not None:
        interval = Interval(low=value - 0.1, high=value + 0.1, level=0.95, method="t")
    return Estimate(
        model="m",
        suite="s",
        metric="confusion",
        quantity=Quantity(id=quantity, direction=Direction.HIGHER, definition="d"),
        value=value,
        interval=interval,
        stderr=None,
        n=1,
        n_unscored=0,
        n_clusters=1,
        slice=None if n_train is None else ("n_train", n_train),
    )


def test_the_curve_is_drawn_from_the_slices_in_order_of_size() -> None:
    estimates = [
        estimate(None, 0.7),
        estimate("100", 0.75),
        estimate("20", None),
        estimate("3", 0.5),
    ]
    accuracy, f1 = learning_curves([*estimates, estimate("20", 0.25, "f1_macro")])
    assert accuracy.kind is FigureKind.LEARNING_CURVE
    assert accuracy.data == {
        "metric": "accuracy",
        "points": [
            {"n_train": 3, "value": 0.5, "low": 0.4, "high": 0.6},
            {"n_train": 20, "value": None, "low": None, "high": None},
            {"n_train": 100, "value": 0.75, "low": 0.65, "high": 0.85},
        ],
    }
    assert f1.data["metric"] == "f1_macro"


@pytest.mark.parametrize("suite", [CrossValidationSuite, LearningCurveSuite])
def test_wrong_folds_are_refused(data: Dataset, suite: Any) -> None:
    assert suite.needs == (Capability.FITS,)
    with pytest.raises(ConfigError, match="n_folds: must be at least 2"):
        suite(data=data, columns=COLUMNS, n_folds=1)
    with pytest.raises(ConfigError, match="n_folds: must be between 2 and the 150 groups of rows"):
        suite(data=data, columns=COLUMNS, n_folds=151).prepare(limit=None, seed=0)
    with pytest.raises(ConfigError, match="needs target"):
        suite(data=data, columns=Columns(text="text"))
    with pytest.raises(DataError, match="'good' is not among the labels"):
        suite(data=data, columns=COLUMNS, labels=("bad", "x")).prepare(limit=None, seed=0)


@pytest.mark.parametrize("sizes", [(), (0.0,), (-5,), (2.5,)])
def test_impossible_sizes_are_refused(data: Dataset, sizes: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError, match="sizes: "):
        LearningCurveSuite(data=data, columns=COLUMNS, sizes=sizes)


@pytest.mark.parametrize("suite", [ClassificationSuite, CrossValidationSuite, LearningCurveSuite])
def test_a_row_with_several_labels_is_refused(tmp_path: Path, suite: Any) -> None:
    path = tmp_path / "rows.jsonl"
    targets = ['"a"', '["b"]', '["a", "b"]', '["a", "b", "a"]']
    path.write_text("\n".join(f'{{"text": "x", "label": {target}}}' for target in targets))
    message = r"rows\.jsonl row 3: has 2 targets, one label is needed; keep one of them"
    with pytest.raises(DataError, match=message):
        suite(data=Dataset(path=str(path)), columns=COLUMNS).prepare(limit=1, seed=0)


def test_more_rows_than_there_are_is_refused(data: Dataset) -> None:
    suite = LearningCurveSuite(data=data, columns=COLUMNS, sizes=(10, 121))
    with pytest.raises(
        ConfigError, match="sizes: asks for 121 training rows, and the folds leave 120"
    ):
        suite.prepare(limit=None, seed=0)


@pytest.mark.parametrize(
    ("suite", "column"), [(CrossValidationSuite, "fold"), (LearningCurveSuite, "n_train")]
)
def test_a_column_may_not_take_the_suites_own_slice(
    tmp_path: Path, suite: Any, column: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"text,label,{column}\n" + "".join(f"t{i},{i % 2},1\n" for i in range(20)))
    columns = Columns(text="text", target="label", slices=(column,))
    with pytest.raises(ConfigError, match=f"'{column}' is the name of this suite's own slice"):
        suite(data=Dataset(path=str(path)), columns=columns).prepare(limit=None, seed=0)
