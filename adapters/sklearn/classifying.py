"""From texts to a score per label, for whatever pipeline scikit-learn can make."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, Protocol

import numpy as np

from harness.core.errors import AdapterError, sentence
from harness.core.response import Classification, Failure, FailureKind, Response


class Classifier(Protocol):
    """What is used of a fitted pipeline; it has ``predict_proba`` or ``decision_function``."""

    classes_: Any
    """(C,) labels in the order of the scores' columns."""


def check_classifier(pipeline: Any, where: str) -> Classifier:
    """Return ``pipeline`` itself, seen to be what it should be.

    Raises:
        AdapterError: it is not fitted, no classifier, or scores nothing.
    """
    if not _scores_classes(pipeline):
        raise AdapterError(
            sentence(
                where,
                f"a {type(pipeline).__name__} has neither predict_proba nor decision_function",
                "use a classifier that has one (CalibratedClassifierCV adds it)",
            )
        )
    if getattr(pipeline, "classes_", None) is None:
        raise AdapterError(
            sentence(where, f"its {type(pipeline).__name__} is not fitted", "store a fitted one")
        )
    classifier: Classifier = pipeline
    return classifier


def answer(pipeline: Classifier, texts: Sequence[str]) -> list[Response | Failure]:
    """Classify the texts in one batch, or one by one when the batch fails.

    A text that the pipeline cannot take must not fail its neighbours.
    """
    try:
        return classify(pipeline, texts)
    except Exception as error:  # noqa: BLE001 - a pipeline holds anybody's code
        if len(texts) == 1:
            return [crash(error)]
    return [answer(pipeline, [text])[0] for text in texts]


def classify(pipeline: Classifier, texts: Sequence[str]) -> list[Response | Failure]:
    """Classify the texts in one batch.

    Raises:
        ValueError: the scores have another shape than (texts, classes).
        Exception: whatever the pipeline raises.
    """
    labels = tuple(str(label) for label in pipeline.classes_)
    scores, is_probability = _scores(pipeline, list(texts))
    if scores.shape != (len(texts), len(labels)):
        raise ValueError(
            f"scores of shape {scores.shape} came for {len(texts)} texts and {len(labels)} classes"
        )
    return [_answer(labels, row, is_probability=is_probability) for row in scores.tolist()]


def crash(error: Exception) -> Failure:
    """Return the failure that keeps what was raised."""
    return Failure(kind=FailureKind.CRASHED, message=f"{type(error).__name__}: {error}")


def _scores_classes(pipeline: object) -> bool:
    return hasattr(pipeline, "predict_proba") or hasattr(pipeline, "decision_function")


def _scores(pipeline: Any, texts: list[str]) -> tuple[Any, bool]:
    if hasattr(pipeline, "predict_proba"):
        return np.asarray(pipeline.predict_proba(texts), dtype=np.float64), True
    scores = np.asarray(pipeline.decision_function(texts), dtype=np.float64)
    if scores.ndim == 1:
        # Two classes: d > 0 means the second one, and 0 the first, which wins ties here too.
        scores = np.stack([-scores, scores], axis=1)
    return scores, False


def _answer(
    labels: tuple[str, ...], scores: list[float], *, is_probability: bool
) -> Response | Failure:
    if not all(map(isfinite, scores)):
        return Failure(
            kind=FailureKind.PROTOCOL,
            message=f"the pipeline gave scores that are no numbers: {scores}",
        )
    return Response(
        output=Classification(labels=labels, scores=tuple(scores), is_probability=is_probability)
    )
