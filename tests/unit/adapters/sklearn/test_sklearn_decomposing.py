"""Scores of pipelines taken apart, against the library shap and against the pipelines' own."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from harness.adapters.sklearn.decomposing import Decomposer
from harness.adapters.sklearn.ngram_places import placed_ngrams
from harness.core.decomposition import Decomposition
from harness.core.response import Failure, Response

WORDS = (
    *("good", "bad", "fine", "dull", "great", "awful", "film"),
    *("plot", "cast", "cut", "the", "a", "not", "very"),
)
TEXT = "Not good: a VERY dull film, a  very dull cut!"


def drawn(n_texts: int, n_labels: int) -> tuple[list[str], list[str]]:
    """Return texts of random words, labelled by which words they have."""
    rng = random.Random(n_labels)
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(3, 9))) for _ in range(n_texts)]
    return texts, [f"label {sum(w in text for w in WORDS[:3]) % n_labels}" for text in texts]


def taken_apart(pipeline: Any, background: list[str], text: str = TEXT) -> Decomposition:
    (answer,) = Decomposer(pipeline, background).answer([text])
    assert isinstance(answer, Response), answer
    assert isinstance(answer.output, Decomposition)
    return answer.output


def by_column(pipeline: Any, found: Decomposition) -> dict[int, tuple[float, ...]]:
    names = pipeline[:-1].get_feature_names_out().tolist()
    return {names.index(feature.name): feature.values for feature in found.features}


FEATURES = {
    "words": lambda: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
    "scaled": lambda: make_pipeline(CountVectorizer(stop_words=["a"]), MaxAbsScaler()),
    "selected": lambda: make_pipeline(TfidfVectorizer(ngram_range=(1, 3)), SelectKBest(k=9)),
}
LINEAR = {
    "logistic regression": LogisticRegression,
    "support vectors": LinearSVC,
    "ridge": RidgeClassifier,
    "gradient descent": lambda: SGDClassifier(random_state=0),
}


@pytest.mark.parametrize("n_labels", [2, 3])
@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("kind", LINEAR)
def test_linear_values_are_those_of_shap(kind: str, features: str, n_labels: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap")
    texts, labels = drawn(60, n_labels)
    pipeline = make_pipeline(FEATURES[features](), LINEAR[kind]()).fit(texts, labels)
    found = taken_apart(pipeline, texts)
    read = pipeline[:-1].transform
    explainer = shap.LinearExplainer(
        pipeline[-1], shap.maskers.Independent(read(texts).toarray(), max_samples=999)
    )
    values = explainer.shap_values(read([TEXT]).toarray())[0]
    own = values if values.ndim > 1 else np.stack([-values, values], axis=1)
    assert found.method == "linear"
    assert found.background == "60 training texts"
    assert found.labels == tuple(pipeline.classes_)
    present = by_column(pipeline, found)
    assert present
    for column, each in present.items():
        assert each == pytest.approx(own[column], abs=1e-9)
    absent = np.delete(own, list(present), axis=0).sum(axis=0)
    assert found.absent == pytest.approx(absent, abs=1e-9)
    decided = pipeline.decision_function([TEXT])[0]
    assert found.total == pytest.approx(decided if n_labels > 2 else (-decided, decided))


@pytest.mark.parametrize("n_labels", [2, 3])
def test_naive_bayes_adds_up_to_the_odds_of_its_probabilities(n_labels: int) -> None:
    texts, labels = drawn(60, n_labels)
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, labels)
    found = taken_apart(pipeline, texts)
    logs = np.log(pipeline.predict_proba([TEXT])[0])
    odds = logs - logs[::-1] if n_labels == 2 else logs - logs.mean()
    assert found.total == pytest.approx(odds)
    parts = [found.base, found.absent, *(each.values for each in found.features)]
    assert np.sum(parts, axis=0) == pytest.approx(odds)


TREES: dict[str, tuple[Any, str]] = {
    "tree": (lambda: DecisionTreeClassifier(max_depth=4, random_state=0), "probability"),
    "forest": (lambda: RandomForestClassifier(9, max_depth=4, random_state=0), "probability"),
    "boosting": (lambda: GradientBoostingClassifier(n_estimators=9, random_state=0), "score"),
}


@pytest.mark.parametrize("kind", TREES)
def test_values_of_trees_are_those_of_shap(kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap")
    make, unit = TREES[kind]
    texts, labels = drawn(80, 2)
    pipeline = make_pipeline(CountVectorizer(ngram_range=(1, 2)), make()).fit(texts, labels)
    found = taken_apart(pipeline, texts)
    assert (found.method, found.unit) == ("tree", unit)
    values = shap.TreeExplainer(pipeline[-1]).shap_values(
        pipeline[:-1].transform([TEXT]).toarray().astype(float)
    )[0]
    own = values if values.ndim > 1 else np.stack([-values, values], axis=1)
    for column, each in by_column(pipeline, found).items():
        assert each == pytest.approx(own[column], abs=1e-9)
    if unit == "probability":
        assert found.total == pytest.approx(pipeline.predict_proba([TEXT])[0])
    else:
        assert found.total[1] == pytest.approx(pipeline.decision_function([TEXT])[0])
    parts = [found.base, found.absent, *(each.values for each in found.features)]
    assert np.sum(parts, axis=0) == pytest.approx(found.total)


def test_texts_together_are_texts_alone() -> None:
    texts, labels = drawn(60, 3)
    pipeline = make_pipeline(FEATURES["words"](), LogisticRegression()).fit(texts, labels)
    decomposer = Decomposer(pipeline, texts)
    asked = [TEXT, "", "unheard of", "a cut"]
    together = decomposer.answer(asked)
    assert together == [Decomposer(pipeline, texts).answer([text])[0] for text in asked]
    nothing = together[1]
    assert isinstance(nothing, Response)
    assert isinstance(nothing.output, Decomposition)
    assert nothing.output.features == ()


def test_a_pipeline_whose_texts_are_not_known_starts_from_the_empty_text() -> None:
    texts, labels = drawn(60, 2)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels)
    found = taken_apart(pipeline, [])
    assert found.background == "the empty text"
    assert found.base[1] == pytest.approx(pipeline.decision_function([""])[0])
    assert found.absent == pytest.approx((0, 0), abs=1e-12)


def test_every_occurrence_of_each_word_has_its_place() -> None:
    texts, labels = drawn(60, 2)
    pipeline = make_pipeline(FEATURES["words"](), LogisticRegression()).fit(texts, labels)
    places = {each.name: each.places for each in taken_apart(pipeline, texts).features}
    assert [TEXT[start:end] for start, end in places["dull"]] == ["dull", "dull"]
    assert [TEXT[start:end] for start, end in places["very dull"]] == [
        *("VERY", "dull"),
        *("very", "dull"),
    ]


ODD = "  İstanbul's  ÉCOLE\tΓΔΩΣ naïve ﬁlm — don't\n\nstop "


@pytest.mark.parametrize(
    "options",
    [
        {"ngram_range": (1, 3)},
        {"ngram_range": (2, 2), "lowercase": False},
        {"strip_accents": "unicode"},
        {"strip_accents": "ascii"},
        {"token_pattern": r"(\w+)'s?"},
        {"stop_words": "english"},
        {"analyzer": "char", "ngram_range": (1, 4)},
        {"analyzer": "char_wb", "ngram_range": (2, 5)},
        {"analyzer": "char_wb", "ngram_range": (1, 12), "strip_accents": "unicode"},
    ],
)
@pytest.mark.parametrize("text", [TEXT, "", " ", "a", "don't stop, naïve École"])
def test_ngrams_are_the_vectorisers_own_and_stand_where_they_say(
    options: dict[str, Any], text: str
) -> None:
    vectorizer = CountVectorizer(**options)
    found = placed_ngrams(vectorizer, text)
    assert sorted(name for name, _ in found) == sorted(vectorizer.build_analyzer()(text))
    read = vectorizer.build_preprocessor()
    for name, places in found:
        there = read(" ".join(text[start:end] for start, end in places))
        assert " ".join(there.split()) == " ".join(name.split())


@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_letters_that_change_their_number_are_placed_or_refused(analyzer: str) -> None:
    vectorizer = CountVectorizer(analyzer=analyzer)
    for name, places in placed_ngrams(vectorizer, ODD.replace("ΓΔΩΣ", "Straße")):
        if analyzer == "word":
            ((start, end),) = places
            assert vectorizer.build_preprocessor()(ODD.replace("ΓΔΩΣ", "Straße")[start:end]) == name
    (answer,) = Decomposer(
        make_pipeline(vectorizer, MultinomialNB()).fit(["one two", "three"], ["a", "b"])
    ).answer([ODD])
    # The sigma that ends a word is another letter, and the dotted I is two: both at once are lost.
    assert isinstance(answer, Failure)
    assert "moves the words of this text" in answer.message


@pytest.mark.parametrize(
    ("features", "estimator", "reason"),
    [
        (TfidfVectorizer(), KNeighborsClassifier(), "neither linear in its features nor made of"),
        (
            HashingVectorizer(n_features=64),
            LogisticRegression(),
            "HashingVectorizer does not tell the words",
        ),
        (TfidfVectorizer(), ComplementNB(norm=True), "no sum over its features"),
        (TfidfVectorizer(analyzer=str.split), LogisticRegression(), "an analyzer of its own"),
        (
            TfidfVectorizer(tokenizer=str.split, token_pattern=None),
            LogisticRegression(),
            "a tokenizer of its own",
        ),
    ],
)
def test_what_is_no_sum_over_words_says_so(features: Any, estimator: Any, reason: str) -> None:
    texts, labels = drawn(30, 2)
    pipeline = make_pipeline(features, estimator).fit(texts, labels)
    (answer,) = Decomposer(pipeline, texts).answer([TEXT])
    assert isinstance(answer, Failure)
    assert reason in answer.message


def test_branches_beside_each_other_keep_their_columns() -> None:
    texts, labels = drawn(60, 2)
    both = make_union(CountVectorizer(), CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)))
    pipeline = make_pipeline(both, LogisticRegression()).fit(texts, labels)
    found = taken_apart(pipeline, texts)
    names = both.get_feature_names_out().tolist()
    means = both.transform(texts).mean(axis=0).A1
    row = both.transform([TEXT]).toarray()[0]
    for feature in found.features:
        prefix = "countvectorizer-1__" if feature.name in WORDS else "countvectorizer-2__"
        at = names.index(f"{prefix}{feature.name}")
        value = pipeline[-1].coef_[0, at] * (row[at] - means[at])
        assert feature.values == pytest.approx((-value, value))
