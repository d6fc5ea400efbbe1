"""The numbers that follow from a confusion matrix: their descriptions and their values."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.score import Direction, Quantity
from harness.suites.metrics.class_counts import ClassCounts

Floats: TypeAlias = NDArray[np.float64]

_HEADLINES = ("accuracy", "f1_macro")
_OVERALL = {
    "accuracy": "share of predictions equal to the target (scikit-learn: accuracy_score)",
    "balanced_accuracy": "mean recall over the classes that occur"
    " (Brodersen et al. 2010; scikit-learn: balanced_accuracy_score)",
    "mcc": "Matthews correlation of target and prediction, 0 when either is constant"
    " (Gorodkin 2004; scikit-learn: matthews_corrcoef)",
    "f1_macro": "mean F1 over the classes that occur or are predicted"
    " (scikit-learn: f1_score, average='macro')",
    "f1_micro": "F1 of the pooled counts, which with one label per sample is accuracy"
    " (scikit-learn: f1_score, average='micro')",
    "f1_weighted": "mean F1 weighted by support (scikit-learn: f1_score, average='weighted')",
    "precision_macro": "mean precision over the classes that occur or are predicted, 0 for one"
    " never predicted (scikit-learn: precision_score, average='macro')",
    "precision_micro": "precision of the pooled counts, which with one label per sample is"
    " accuracy (scikit-learn: precision_score, average='micro')",
    "precision_weighted": "mean precision weighted by support, 0 for a class never predicted"
    " (scikit-learn: precision_score, average='weighted')",
    "recall_macro": "mean recall over the classes that occur or are predicted, 0 for one that"
    " never occurs (scikit-learn: recall_score, average='macro')",
    "recall_micro": "recall of the pooled counts, which with one label per sample is accuracy"
    " (scikit-learn: recall_score, average='micro')",
    "recall_weighted": "mean recall weighted by support, which is accuracy"
    " (scikit-learn: recall_score, average='weighted')",
}
_PER_CLASS = {
    "precision": "right share of the predictions of {label!r}, undefined when there are none"
    " (scikit-learn: precision_score)",
    "recall": "share of {label!r} that is found, undefined when none occurs"
    " (scikit-learn: recall_score)",
    "f1": "harmonic mean of precision and recall of {label!r} (scikit-learn: f1_score)",
}


@lru_cache(maxsize=64)
def confusion_quantities(labels: tuple[str, ...], positive: str | None) -> tuple[Quantity, ...]:
    """Describe the overall quantities, those of the positive label, then those of each class."""
    found = [
        Quantity(
            id=key,
            direction=Direction.HIGHER,
            definition=definition,
            low=-1.0 if key == "mcc" else 0.0,
            is_headline=key in _HEADLINES,
        )
        for key, definition in _OVERALL.items()
    ]
    if positive is not None:
        found += [_of_class(key, key, positive) for key in _PER_CLASS]
    for label in labels:
        found += [_of_class(f"{key}[{label}]", key, label) for key in _PER_CLASS]
    return tuple(found)


def values_by_id(
    counts: ClassCounts, labels: tuple[str, ...], positive: str | None
) -> dict[str, Floats]:
    """Return (b,) values of every quantity, by its id."""
    accuracy = counts.accuracy
    per_class = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
    values = {
        "accuracy": accuracy,
        "balanced_accuracy": counts.balanced_accuracy,
        "mcc": counts.mcc,
    }
    for key, by_class in per_class.items():
        values[f"{key}_macro"] = counts.macro(by_class)
        values[f"{key}_micro"] = accuracy
        values[f"{key}_weighted"] = counts.weighted(by_class)
        values |= {f"{key}[{label}]": by_class[:, i] for i, label in enumerate(labels)}
        if positive is not None:
            values[key] = by_class[:, labels.index(positive)]
    return values


def _of_class(key: str, ratio: str, label: str) -> Quantity:
    definition = _PER_CLASS[ratio].format(label=label)
    return Quantity(id=key, direction=Direction.HIGHER, definition=definition)
