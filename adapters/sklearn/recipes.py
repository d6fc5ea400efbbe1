"""Unfitted pipelines: the built-in recipes, and the user's own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from harness.core.errors import ConfigError, did_you_mean
from harness.core.identity import hash_file, hash_json

if TYPE_CHECKING:
    from harness.adapters.sklearn import Fit

_DEFAULT = "logistic_regression"
_MAX_ITERATIONS = 1000
"""The default of 100 is too few for logistic regression on some thousand sparse columns."""


def unfitted(fit: Fit, n_train: int) -> Any:
    """Return a new pipeline.

    Args:
        fit: which one.
        n_train: rows that it will be fitted on; no more neighbours than that can vote.

    Raises:
        ConfigError: the user's function cannot be found, fails, or makes nothing to fit.
    """
    if fit.pipeline is not None:
        return _call(fit.pipeline)
    from sklearn.pipeline import make_pipeline

    recipe = fit.recipe or _DEFAULT
    return make_pipeline(_features(fit), _ESTIMATORS[recipe](fit, n_train))


def recipe_hash(fit: Fit) -> str:
    """SHA-256 (hex) of all that decides the unfitted pipeline; a user's module by its source."""
    if fit.pipeline is not None:
        module = _imported(fit.pipeline)
        source = getattr(module, "__file__", None)
        return hash_json([fit.pipeline, hash_file(Path(source)) if source else ""])
    return hash_json([fit.recipe or _DEFAULT, fit.char_ngrams, fit.n_neighbours, fit.seed])


def _features(fit: Fit) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    if not fit.char_ngrams:
        return words
    return make_union(
        words, TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    )


def _logistic_regression(fit: Fit, n_train: int) -> Any:
    del n_train
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=_MAX_ITERATIONS, random_state=fit.seed)


def _linear_svm(fit: Fit, n_train: int) -> Any:
    del n_train
    from sklearn.svm import LinearSVC

    return LinearSVC(random_state=fit.seed)


def _naive_bayes(fit: Fit, n_train: int) -> Any:
    del fit, n_train
    from sklearn.naive_bayes import MultinomialNB

    return MultinomialNB()


def _k_nearest_neighbours(fit: Fit, n_train: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(
        n_neighbors=min(fit.n_neighbours, n_train), metric="cosine", weights="distance"
    )


_ESTIMATORS: dict[str, Callable[[Fit, int], Any]] = {
    "logistic_regression": _logistic_regression,
    "linear_svm": _linear_svm,
    "naive_bayes": _naive_bayes,
    "k_nearest_neighbours": _k_nearest_neighbours,
}


def _call(name: str) -> Any:
    where = f"pipeline = {name!r}"
    module = _imported(name)
    function_name = name.partition(":")[2]
    factory = getattr(module, function_name, None)
    if not callable(factory):
        raise ConfigError(
            where, f"no function {function_name!r}", did_you_mean(function_name, vars(module))
        )
    try:
        pipeline = factory()
    except Exception as error:  # and so does calling
        raise ConfigError(
            where, f"fails ({type(error).__name__}: {error})", "call it without a harness and mend"
        ) from error
    if not hasattr(pipeline, "fit"):
        raise ConfigError(
            where, f"made a {type(pipeline).__name__}, which cannot be fitted", "return a pipeline"
        )
    return pipeline


def _imported(name: str) -> ModuleType:
    module_name = name.partition(":")[0]
    try:
        return import_module(module_name)
    except Exception as error:  # importing runs anybody's code
        raise ConfigError(
            f"pipeline = {name!r}",
            f"{module_name} cannot be imported ({type(error).__name__}: {error})",
            "check the name, and that its folder is on PYTHONPATH",
        ) from error
