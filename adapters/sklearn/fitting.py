"""Fitting a pipeline on a data set; a recipe's is kept in the cache for every later run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.adapters.sklearn.classifying import Classifier, check_classifier
from harness.adapters.sklearn.decomposing import Decomposer
from harness.adapters.sklearn.packed_vocabulary import packed, unpack
from harness.adapters.sklearn.recipes import pipeline_parts, recipe_hash, unfitted
from harness.adapters.sklearn.session import SklearnSession
from harness.adapters.sklearn.stored import load_skops, versions
from harness.core.errors import AdapterError, HarnessError, StoreError, sentence
from harness.core.identity import Identity, hash_json
from harness.core.request import TrainingSet
from harness.sources.cache import cache_dir, filled_once
from harness.sources.samples import read_samples

if TYPE_CHECKING:
    from harness.adapters.sklearn import Fit

_FILE = "pipeline.skops"


def open_fitted(fit: Fit, *, batch_size: int) -> SklearnSession:
    """Fit a pipeline; a recipe's is taken from the cache where that holds it.

    A user's pipeline is fitted anew each time: nobody can tell all that it was made from, and so
    when a stored one would be out of date.

    Raises:
        AdapterError: it cannot be fitted, or the cached one cannot be read.
        ConfigError: the user's function makes no pipeline.
        DataError: the training data cannot be used.
        SourceError: its bytes cannot be had.
        StoreError: the cache cannot be written.
    """
    training = _read(fit)
    parts = {"training": training.id, **versions()}
    if fit.pipeline is not None:
        identity = Identity({**parts, **pipeline_parts(fit.pipeline)})
        pipeline = _fit_or_raise(fit, training)
    else:
        identity = Identity({**parts, "settings": recipe_hash(fit)})
        pipeline = _from_cache_or_fit(fit, training, cache_dir("sklearn") / identity.fingerprint)
    return SklearnSession(
        identity=identity,
        pipeline=check_classifier(pipeline, fit.data.name),
        batch_size=batch_size,
        decomposer=Decomposer(pipeline, training.texts),
        fit=lambda training: fit_on(fit, training),
    )


def fit_on(fit: Fit, training: TrainingSet) -> Classifier:
    """Return the recipe's pipeline, fitted on the training set.

    Raises:
        ValueError: what scikit-learn raises, on a training set of one label for instance.
    """
    pipeline = unfitted(fit, len(training.texts))
    pipeline.fit(list(training.texts), list(training.labels))
    return check_classifier(pipeline, "the fitted pipeline")


def _read(fit: Fit) -> TrainingSet:
    samples = read_samples(fit.data, fit.columns, limit=fit.limit, seed=fit.seed)
    samples.check_one_label_each()
    pairs = [(sample.text, sample.targets[0]) for sample in samples]
    texts, labels = zip(*pairs, strict=True)
    return TrainingSet(id=hash_json(pairs), texts=texts, labels=labels)


def _fit_or_raise(fit: Fit, training: TrainingSet) -> Classifier:
    try:
        return fit_on(fit, training)
    except HarnessError:
        raise
    except Exception as error:  # a user's pipeline may raise anything
        raise AdapterError(
            sentence(fit.data.name, f"nothing can be fitted on it ({error})", "check the columns")
        ) from error


def _from_cache_or_fit(fit: Fit, training: TrainingSet, folder: Path) -> Classifier:
    if folder.is_dir():
        return _cached(folder)
    pipeline = _fit_or_raise(fit, training)
    _keep(pipeline, folder)
    return pipeline


def _cached(folder: Path) -> Classifier:
    try:
        pipeline: Classifier = load_skops(folder / _FILE, ())
    except AdapterError as error:
        raise AdapterError(
            sentence(str(folder), "this cached pipeline is damaged", "delete the folder")
        ) from error
    unpack(pipeline)
    return pipeline


def _keep(pipeline: Classifier, folder: Path) -> None:
    from skops.io import dump

    try:
        with filled_once(folder) as empty, packed(pipeline):
            dump(pipeline, empty / _FILE)
    except OSError as error:
        raise StoreError(
            sentence(
                str(folder), f"cannot be written ({error.strerror})", "make room for the cache"
            )
        ) from error
