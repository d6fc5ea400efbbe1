"""Pipelines that the spec asks to be fitted: recipes, the user's own, and the cache of both."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from harness.adapters.sklearn import Fit, Recipe, SklearnAdapter
from harness.conformance import check_adapter
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError, DataError, StoreError
from harness.core.request import Classify, FitAndClassify, Generate, Request, TrainingSet
from harness.core.response import Classification, Exchange, Failure, FailureKind, Response
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset

_SUBJECTS = ("film", "plot", "cast", "score", "ending", "script", "sequel", "camera", "joke", "cut")
_WORDS = {"good": ("splendid", "lovely", "superb"), "bad": ("dreadful", "dull", "awful")}

TEXTS = [
    f"a {word} {subject} indeed"
    for label in ("good", "bad")
    for word in _WORDS[label]
    for subject in _SUBJECTS
]
LABELS = [label for label in ("good", "bad") for _ in range(30)]
Fitting = Callable[..., SklearnAdapter]
QUESTIONS = ["a splendid joke", "an awful cut, and dull", "nothing of the kind", ""]
RECIPES: tuple[Recipe, ...] = (
    "logistic_regression",
    "linear_svm",
    "naive_bayes",
    "k_nearest_neighbours",
)
ESTIMATORS = {
    "logistic_regression": LogisticRegression(max_iter=1000),
    "linear_svm": LinearSVC(random_state=0),
    "naive_bayes": MultinomialNB(),
    "k_nearest_neighbours": KNeighborsClassifier(metric="cosine", weights="distance"),
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("HARNESS_CACHE", str(cache))
    return cache


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows(zip(TEXTS, LABELS, strict=True))
    return path


@pytest.fixture
def fitting(reviews: Path) -> Callable[..., SklearnAdapter]:
    """Return a maker of adapters that are fitted on the reviews with the given options."""

    def make(batch_size: int = 1024, **options: Any) -> SklearnAdapter:
        fit = Fit(
            data=Dataset(path=str(reviews)),
            columns=Columns(text="text", target="label"),
            **options,
        )
        return SklearnAdapter(fit=fit, batch_size=batch_size)

    return make


def classify(adapter: SklearnAdapter, texts: Iterable[str]) -> list[Classification]:
    requests = [Request(str(i), Classify(text=text)) for i, text in enumerate(texts)]
    answers = {exchange.request.id: exchange for exchange in adapter.open().respond(requests)}
    return [output_of(answers[request.id]) for request in requests]


def output_of(exchange: Exchange) -> Classification:
    assert isinstance(exchange.answer, Response)
    assert isinstance(exchange.answer.output, Classification)
    return exchange.answer.output


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("char_ngrams", [False, True])
def test_a_recipe_is_what_scikit_learn_makes_of_it(
    fitting: Fitting, recipe: Recipe, *, char_ngrams: bool
) -> None:
    features = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    if char_ngrams:
        chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        features = make_union(features, chars)
    reference = make_pipeline(features, ESTIMATORS[recipe]).fit(TEXTS, LABELS)

    answers = classify(fitting(recipe=recipe, char_ngrams=char_ngrams), QUESTIONS)

    assert [answer.label for answer in answers] == reference.predict(QUESTIONS).tolist()
    assert {answer.labels for answer in answers} == {("bad", "good")}
    scores = np.array([answer.scores for answer in answers])
    if recipe == "linear_svm":
        assert not any(answer.is_probability for answer in answers)
        decision = reference.decision_function(QUESTIONS)
        np.testing.assert_allclose(scores, np.stack([-decision, decision], axis=1), atol=1e-12)
    else:
        assert all(answer.is_probability for answer in answers)
        np.testing.assert_allclose(scores, reference.predict_proba(QUESTIONS), atol=1e-12)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_keeps_the_promises_of_an_adapter(fitting: Fitting, recipe: Recipe) -> None:
    check_adapter(fitting(recipe=recipe))


def test_more_neighbours_than_rows_are_no_error(fitting: Fitting) -> None:
    answers = classify(
        fitting(recipe="k_nearest_neighbours", n_neighbours=500, limit=20), QUESTIONS[:1]
    )
    assert answers[0].is_probability


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("char_ngrams", [False, True])
def test_the_second_open_takes_the_fit_from_the_cache(
    fitting: Fitting,
    own_cache: Path,
    recipe: Recipe,
    monkeypatch: pytest.MonkeyPatch,
    *,
    char_ngrams: bool,
) -> None:
    first = classify(fitting(recipe=recipe, char_ngrams=char_ngrams), QUESTIONS)
    (cached,) = own_cache.rglob("*.skops")
    written_at = cached.stat().st_mtime_ns
    monkeypatch.setattr("harness.adapters.sklearn.fitting.fit_on", None)  # a call would raise

    second = classify(fitting(recipe=recipe, char_ngrams=char_ngrams), QUESTIONS)

    assert second == first
    assert cached.stat().st_mtime_ns == written_at


def test_the_cache_tells_recipes_seeds_and_data_apart(fitting: Fitting, own_cache: Path) -> None:
    adapters = [
        fitting(),
        fitting(recipe="naive_bayes"),
        fitting(char_ngrams=True),
        fitting(seed=1),
        fitting(limit=40),
    ]
    fingerprints = {adapter.open().identity.fingerprint for adapter in adapters}
    assert len(fingerprints) == len(adapters)
    assert len(list(own_cache.rglob("*.skops"))) == len(adapters)
    explicit = fitting(recipe="logistic_regression").open().identity.fingerprint
    assert explicit == fitting().open().identity.fingerprint


def test_a_cache_that_cannot_be_written_is_a_store_error(
    fitting: Fitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(pipeline: object, file: Path) -> None:
        raise OSError(28, "No space left on device", str(file), repr(pipeline))

    monkeypatch.setattr("skops.io.dump", full)
    with pytest.raises(StoreError, match=r"No space left on device.; make room"):
        fitting().open()


def test_a_damaged_cache_is_named_with_its_remedy(fitting: Fitting, own_cache: Path) -> None:
    fitting().open()
    (cached,) = own_cache.rglob("*.skops")
    cached.write_bytes(cached.read_bytes()[:100])
    with pytest.raises(AdapterError, match="cached pipeline is damaged; delete the folder"):
        fitting().open()


def test_a_fit_answers_for_its_training_set_alone_and_happens_once(
    fitting: Fitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = fitting().open()
    fits = []
    fit = session._fit
    assert fit is not None

    def counting(training: TrainingSet) -> object:
        fits.append(training.id)
        return fit(training)

    monkeypatch.setattr(session, "_fit", counting)
    turned = TrainingSet(
        id="turned",
        texts=tuple(TEXTS),
        labels=tuple("bad" if label == "good" else "good" for label in LABELS),
    )
    straight = TrainingSet(id="straight", texts=tuple(TEXTS), labels=tuple(LABELS))
    requests = [
        Request(f"{training.id}-{i}", FitAndClassify(text=text, training=training))
        for i, text in enumerate(QUESTIONS[:2])
        for training in (turned, straight)
    ]

    labels = {e.request.id: output_of(e).label for e in session.respond(requests)}
    again = {e.request.id: output_of(e).label for e in session.respond(requests)}

    assert labels == {
        "turned-0": "bad",
        "turned-1": "good",
        "straight-0": "good",
        "straight-1": "bad",
    }
    assert again == labels
    assert sorted(fits) == ["straight", "turned"]


def test_old_fits_are_let_go(fitting: Fitting) -> None:
    session = fitting().open()
    for number in range(20):
        training = TrainingSet(id=str(number), texts=tuple(TEXTS), labels=tuple(LABELS))
        request = Request("x", FitAndClassify(text="a dull film", training=training))
        assert output_of(*session.respond([request])).label == "bad"
    assert len(session._fits) == 8
    session.close()
    session.close()
    assert not session._fits


def test_a_training_set_that_cannot_be_fitted_fails_its_requests_only(fitting: Fitting) -> None:
    session = fitting().open()
    single = TrainingSet(id="single", texts=("a", "b"), labels=("good", "good"))
    requests = [
        Request("fit", FitAndClassify(text="a film", training=single)),
        Request("plain", Classify(text="a dull film")),
        Request("odd", Generate(prompt="a film")),
    ]
    answers = {exchange.request.id: exchange.answer for exchange in session.respond(requests)}
    assert isinstance(answers["fit"], Failure)
    assert answers["fit"].kind is FailureKind.CRASHED
    assert "ValueError" in answers["fit"].message
    assert isinstance(answers["plain"], Response)
    assert isinstance(answers["odd"], Failure)
    assert answers["odd"].kind is FailureKind.REJECTED


USER_MODULE = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import make_pipeline

class Own(ClassifierMixin, BaseEstimator):
    def fit(self, texts, labels):
        self.classes_ = np.unique(labels)
        return self

    def predict_proba(self, texts):
        if any("crash" in text for text in texts):
            raise RuntimeError("that word again")
        shares = [0.25 if "nan" not in text else float("nan") for text in texts]
        return np.array([[share, 1 - share] for share in shares])

def bernoulli():
    return make_pipeline(CountVectorizer(binary=True), BernoulliNB())

def own():
    return Own()

def number():
    return 7

def broken():
    raise KeyError("inner")
"""


@pytest.fixture
def user_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "user_pipelines.py").write_text(USER_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "user_pipelines", raising=False)
    return "user_pipelines"


def test_a_users_function_makes_the_pipeline(
    fitting: Fitting, own_cache: Path, user_module: str
) -> None:
    adapter = fitting(pipeline=f"{user_module}:bernoulli")
    assert [answer.label for answer in classify(adapter, QUESTIONS[:2])] == ["good", "bad"]
    assert adapter.open().identity == adapter.open().identity
    assert not list(own_cache.rglob("*.skops"))


def test_a_users_pipeline_follows_the_modules_and_files_that_make_it(
    fitting: Fitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "dummy_pipeline.py").write_text(
        "from pathlib import Path\n"
        "from dummy_settings import LABEL\n"
        "from sklearn.dummy import DummyClassifier\n"
        "def make():\n"
        f"    share = Path({str(tmp_path)!r}, 'share.txt').read_text()\n"
        "    constant = LABEL if share == 'all' else 'good'\n"
        "    return DummyClassifier(strategy='constant', constant=constant)\n"
    )

    def opened(label: str, share: str) -> tuple[str, str]:
        (tmp_path / "dummy_settings.py").write_text(f"LABEL = {label!r}  # {len(label)}\n")
        (tmp_path / "share.txt").write_text(share)
        for name in ("dummy_pipeline", "dummy_settings"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        adapter = fitting(pipeline="dummy_pipeline:make")
        return classify(adapter, ["a film"])[0].label, adapter.open().identity.fingerprint

    first, imported, read = opened("good", "all"), opened("bad", "all"), opened("bad", "none")
    assert [label for label, _ in (first, imported, read)] == ["good", "bad", "good"]
    assert len({fingerprint for _, fingerprint in (first, imported, read)}) == 3


@pytest.mark.parametrize("batch_size", [1, 3, 1024])
def test_a_text_that_crashes_the_pipeline_fails_alone(
    fitting: Fitting, user_module: str, batch_size: int
) -> None:
    session = fitting(pipeline=f"{user_module}:own", batch_size=batch_size).open()
    texts = ["fine", "a crash", "fine too", "nan", "fine again"]
    requests = [Request(text, Classify(text=text)) for text in texts]
    answers = {exchange.request.id: exchange.answer for exchange in session.respond(requests)}
    failures = {name: a for name, a in answers.items() if isinstance(a, Failure)}
    assert set(answers) == set(texts)
    assert set(failures) == {"a crash", "nan"}
    assert failures["a crash"].kind is FailureKind.CRASHED
    assert failures["a crash"].message == "RuntimeError: that word again"
    assert failures["nan"].kind is FailureKind.PROTOCOL


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_such_module:f", "no_such_module cannot be imported"),
        ("user_pipelines:bernouli", "did you mean 'bernoulli'"),
        ("user_pipelines:number", "made a int, which cannot be fitted"),
        ("user_pipelines:broken", "fails .KeyError: 'inner'"),
    ],
)
@pytest.mark.usefixtures("user_module")
def test_a_wrong_function_is_a_config_error(fitting: Fitting, name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        fitting(pipeline=name).open()


def test_data_of_one_label_cannot_be_fitted(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("text,label\na film,good\nb film,good\n")
    adapter = SklearnAdapter(
        fit=Fit(data=Dataset(path=str(path)), columns=Columns(text="text", target="label"))
    )
    with pytest.raises(AdapterError, match=r"one\.csv: nothing can be fitted on it"):
        adapter.open()


def test_a_missing_column_is_a_data_error(reviews: Path) -> None:
    adapter = SklearnAdapter(
        fit=Fit(data=Dataset(path=str(reviews)), columns=Columns(text="text", target="lable"))
    )
    with pytest.raises(DataError, match="did you mean 'label'"):
        adapter.open()


def test_capabilities_are_told_from_the_options(fitting: Fitting) -> None:
    classifies, decomposes = Capability.CLASSIFIES, Capability.DECOMPOSES
    assert fitting().capabilities == {classifies, decomposes, Capability.FITS}
    assert SklearnAdapter(path="m.skops").capabilities == {classifies, decomposes}
    of_neighbours = fitting(recipe="k_nearest_neighbours").capabilities
    assert of_neighbours == {classifies, Capability.FITS}


def test_impossible_options_are_refused_at_once(fitting: Fitting) -> None:
    with pytest.raises(ConfigError, match="is missing, and so is fit"):
        SklearnAdapter()
    with pytest.raises(ConfigError, match="stands beside a stored model"):
        SklearnAdapter(path="m.skops", fit=fitting().fit)
    with pytest.raises(ConfigError, match="trusted: stands beside fit"):
        SklearnAdapter(fit=fitting().fit, trusted=("a.B",))
    with pytest.raises(ConfigError, match="allow_pickle: stands beside fit"):
        SklearnAdapter(fit=fitting().fit, allow_pickle=True)
    with pytest.raises(ConfigError, match="batch_size"):
        SklearnAdapter(path="m.skops", batch_size=0)
    with pytest.raises(ConfigError, match="beside recipe"):
        fitting(recipe="naive_bayes", pipeline="a:b")
    with pytest.raises(ConfigError, match="names no function"):
        fitting(pipeline="a.b")
    with pytest.raises(ConfigError, match="n_neighbours"):
        fitting(n_neighbours=0)
    with pytest.raises(ConfigError, match="fitting needs target"):
        Fit(data=Dataset(path="x.csv"), columns=Columns(text="text"))
