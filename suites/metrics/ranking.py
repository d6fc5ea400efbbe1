"""How well the scores rank: area under the ROC curve, and average precision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sys import float_info
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.delong import auc_interval
from harness.stats.ranking import ranking_values
from harness.suites.metrics.class_counts import ratio
from harness.suites.metrics.class_scores import classification_of, scores_of, target_index
from harness.suites.metrics.ranking_curves import RankedClass, ranking_figures

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_DEFINITIONS = {
    "roc_auc": "P(a {label} sample gets a higher {label} score than another), ties one half"
    " (Hanley and McNeil 1982; scikit-learn: roc_auc_score)",
    "average_precision": "precision summed over the steps of recall of {label}, no interpolation"
    " (scikit-learn: average_precision_score)",
}
_AVERAGES = {
    "macro": "plain mean over the classes that occur, each against the rest",
    "weighted": "mean over the classes, each against the rest, weighted by how often they occur",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Asks whether scores put the right samples first; scores need not be probabilities.

    With two labels and a positive one there is a single ranking: by the positive label's
    probability, or, for other scores, by its lead over the other label. Otherwise each class is
    ranked against the rest by its own score.
    """

    name: ClassVar[str] = "ranking"
    is_additive: ClassVar[bool] = False  # scores are ranked one by one

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    positive: str | None = None
    """With two labels: the one to be ranked first."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Area and average precision: of the positive label, or averages and then each class."""
        if self._is_binary:
            return tuple(
                _quantity(key, text.format(label=self.positive), is_headline=key == "roc_auc")
                for key, text in _DEFINITIONS.items()
            )
        averages = [
            _quantity(
                f"{key}_{average}",
                f"{key}: {text} (scikit-learn: multi_class='ovr')",
                is_headline=(key, average) == ("roc_auc", "macro"),
            )
            for key in _DEFINITIONS
            for average, text in _AVERAGES.items()
        ]
        return (
            *averages,
            *(
                _quantity(f"{key}[{label}]", text.format(label=repr(label)))
                for key, text in _DEFINITIONS.items()
                for label in self.labels
            ),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The target, then one score (binary) or the score of each label."""
        if self._is_binary:
            return ("is_positive", "score")
        return ("target", *(f"score[{label}]" for label in self.labels))

    @property
    def signature(self) -> Mapping[str, str]:
        """The labels, and which one is positive, or that each is ranked against the rest."""
        positive = self.positive if self._is_binary and self.positive else "one-vs-rest"
        return {"labels": ",".join(self.labels), "positive": positive}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the target and the scores to rank by."""
        answer = classification_of(output)
        if isinstance(answer, Unscored):
            return answer
        target = target_index(sample, self.labels)
        if isinstance(target, Unscored):
            return target
        scores = scores_of(answer, self.labels)
        if isinstance(scores, Unscored):
            return scores
        if not self._is_binary:
            return Scored((float(target), *map(_finite, scores)))
        lead = _finite(self._lead(answer, scores))
        return Scored((float(target == self._positive_index), lead))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        each = [
            ranking_values(ranked.is_positive, ranked.scores, weights)
            for ranked in self._ranked(statistics)
        ]
        areas = np.stack([values.roc_auc for values in each], axis=1)
        precisions = np.stack([values.average_precision for values in each], axis=1)
        if self._is_binary:
            return np.concatenate([areas, precisions], axis=1)
        occurrences = np.stack(
            [weights @ ranked.is_positive for ranked in self._ranked(statistics)], axis=1
        )
        averages = [
            _average(values, by)
            for values in (areas, precisions)
            for by in ((occurrences > 0).astype(np.float64), occurrences)
        ]
        return np.concatenate([np.stack(averages, axis=1), areas, precisions], axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return DeLong's intervals of the areas; average precision is bootstrapped."""
        found = {}
        for ranked in self._ranked(statistics):
            interval = auc_interval(ranked.is_positive, ranked.scores, clusters, level)
            if interval is not None:
                found["roc_auc" if self._is_binary else f"roc_auc[{ranked.label}]"] = interval
        return found

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the ROC and the precision-recall curves of the classes that occur."""
        return ranking_figures(self._ranked(statistics))

    def _ranked(self, statistics: Floats) -> Iterator[RankedClass]:
        if self._is_binary and self.positive is not None:
            yield RankedClass(self.positive, statistics[:, 0] == 1, statistics[:, 1])
            return
        for index, label in enumerate(self.labels):
            yield RankedClass(label, statistics[:, 0] == index, statistics[:, 1 + index])

    def _lead(self, answer: Classification, scores: tuple[float, ...]) -> float:
        positive = scores[self._positive_index]
        # A difference of probabilities would round two unequal ones to a tie.
        return positive if answer.is_probability else positive - scores[1 - self._positive_index]

    @property
    def _positive_index(self) -> int:
        return self.labels.index(self.positive) if self.positive is not None else 0

    @property
    def _is_binary(self) -> bool:
        return self.positive is not None and len(self.labels) == 2  # noqa: PLR2004 - binary


def _quantity(key: str, definition: str, *, is_headline: bool = False) -> Quantity:
    return Quantity(
        id=key, direction=Direction.HIGHER, definition=definition, is_headline=is_headline
    )


def _finite(score: float) -> float:
    """Keep the rank of an infinite score in a form that JSON can hold."""
    return min(max(score, -float_info.max), float_info.max)


def _average(values: Floats, by: Floats) -> Floats:
    """Return the (b,) weighted mean of (b, C) values, undefined ones left out."""
    kept = np.where(np.isfinite(values), by, 0.0)
    return ratio((np.nan_to_num(values) * kept).sum(axis=1), kept.sum(axis=1))
