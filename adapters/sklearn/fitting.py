"""Fitting a pipeline on a data set once, and keeping it in the cache for every later run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.adapters.sklearn.classifying import Classifier, check_classifier
from harness.adapters.sklearn.packed_vocabulary import packed, unpack
from harness.adapters.sklearn.recipes import recipe_hash, unfitted
from harness.adapters.sklearn.session import SklearnSession
from harness.adapters.sklearn.stored import load_skops, untrusted_types, versions
from harness.core.errors import AdapterError, HarnessError, StoreError, sentence
from harness.core.identity import Identity, hash_json
from harness.core.request import TrainingSet
from harness.sources.cache import cache_dir, filled_once
from harness.sources.samples import read_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.adapters.sklearn import Fit

_FILE = "pipeline.skops"


def open_fitted(fit: Fit, *, trusted: Sequence[str], batch_size: int) -> SklearnSession:
    """Take the fitted pipeline from the cache, or fit it.

    Raises:
        AdapterError: it cannot be fitted, or the cached one cannot be read.
        ConfigError: the user's function makes no pipeline.
        DataError: the training data cannot be used.
        SourceError: its bytes cannot be had.
        StoreError: the cache cannot be written.
    """
    training = _read(fit)
    identity = Identity({"training": training.id, "settings": recipe_hash(fit), **versions()})
    folder = cache_dir("sklearn") / identity.fingerprint
    pipeline = _cached(folder, trusted)
    if pipeline is None:
        pipeline = _fit_or_raise(fit, training)
        _keep(pipeline, folder, trusted)
    return SklearnSession(
        identity=identity,
        pipeline=check_classifier(pipeline, fit.data.name),
        batch_size=batch_size,
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


def _cached(folder: Path, trusted: Sequence[str]) -> Any:
    if not folder.is_dir():
        return None
    try:
        pipeline = load_skops(folder / _FILE, trusted)
    except AdapterError as error:
        raise AdapterError(
            sentence(str(folder), "this cached pipeline is damaged", "delete the folder")
        ) from error
    unpack(pipeline)
    return pipeline


def _keep(pipeline: Classifier, folder: Path, trusted: Sequence[str]) -> None:
    """Store the pipeline, unless it could not be loaded again: then each run fits it anew."""
    from skops.io import dumps

    try:
        with packed(pipeline):
            data = dumps(pipeline)
    except Exception:  # noqa: BLE001 - a user's pipeline may hold what no file can
        return
    if untrusted_types(data, trusted):
        return
    try:
        with filled_once(folder) as empty:
            (empty / _FILE).write_bytes(data)
    except OSError as error:
        raise StoreError(
            sentence(
                str(folder), f"cannot be written ({error.strerror})", "make room for the cache"
            )
        ) from error
