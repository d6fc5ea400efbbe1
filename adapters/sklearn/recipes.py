"""Unfitted pipelines: the built-in recipes, and the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from harness.adapters.module_sources import hash_sources
from harness.core.errors import ConfigError, did_you_mean
from harness.core.identity import hash_json

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
    """SHA-256 (hex) of all that decides a recipe's unfitted pipeline."""
    return hash_json([fit.recipe or _DEFAULT, fit.char_ngrams, fit.n_neighbours, fit.seed])


def pipeline_parts(name: str) -> dict[str, str]:
    """Return what can be known of a user's pipeline: its function's sources and its parameters.

    What the code reads besides when it is fitted (files, the environment) is not in them.

    Raises:
        ConfigError: the function cannot be found, fails, or makes nothing to fit.
    """
    sources = hash_sources(_imported(name)) or "unknown (no source file)"
    return {"pipeline": name, "sources": sources, "parameters": hash_json(_told(_call(name)))}


def _told(value: Any) -> Any:
    """Return a parameter as JSON: by its value where it has a plain one, else by its type."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_told(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _told(item) for key, item in value.items()}
    kind = value if hasattr(value, "__qualname__") else type(value)
    has_parameters = kind is not value and hasattr(value, "get_params")
    parameters = value.get_params(deep=False) if has_parameters else {}
    return [f"{kind.__module__}.{kind.__qualname__}", _told(parameters)]


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
