"""Whether a model's probabilities can be believed: log loss, Brier score, calibration error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.calibration import expected_calibration_error
from harness.stats.mean import skewed_mean_interval
from harness.suites.metrics.class_counts import ratio
from harness.suites.metrics.class_scores import classification_of, scores_of, target_index
from harness.suites.metrics.reliability import reliability_figure

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)
_BRIER_BINARY = (
    "mean of (probability of one label - whether it is the target)², two labels"
    " (Brier 1950, halved; scikit-learn: brier_score_loss)"
)
_BRIER_MULTICLASS = (
    "mean over samples of the sum over labels of (probability - whether it is the target)²"
    " (Brier 1950; scikit-learn: brier_score_loss, scale_by_half=False)"
)
_ECE = (
    "mean distance between confidence and accuracy over {n_bins} equal-width bins of the top"
    " label's probability (Naeini et al. 2015); above 0 by chance alone even under perfect"
    " calibration, and resampling adds to that: compare with the band in the reliability chart"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Compares probabilities with what happened; other scores are left unscored."""

    name: ClassVar[str] = "calibration"
    columns: ClassVar[tuple[str, ...]] = ("log_loss", "brier", "confidence", "is_right")
    is_additive: ClassVar[bool] = False  # bins are made of single confidences

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    n_bins: int = 15
    """Equal-width bins of confidence, of the calibration error and of the reliability chart."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Log loss, Brier score, calibration error and mean confidence."""
        return (
            Quantity(
                id="log_loss",
                direction=Direction.LOWER,
                definition="mean of -ln(probability of the target), clipped to float64's epsilon"
                " (scikit-learn: log_loss)",
                high=-math.log(_EPSILON),
            ),
            Quantity(
                id=self._brier_id,
                direction=Direction.LOWER,
                definition=_BRIER_BINARY if self._is_binary else _BRIER_MULTICLASS,
                high=1.0 if self._is_binary else 2.0,
            ),
            Quantity(
                id="ece",
                direction=Direction.LOWER,
                definition=_ECE.format(n_bins=self.n_bins),
            ),
            Quantity(
                id="confidence",
                direction=Direction.NEITHER,
                definition="mean probability of the top label; calibrated, it equals accuracy",
                low=1 / max(1, len(self.labels)),
            ),
        )

    @property
    def signature(self) -> Mapping[str, str]:
        """The labels and the number of bins."""
        return {"labels": ",".join(self.labels), "bins": str(self.n_bins)}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return (log loss, Brier score, probability of the top label, whether it is right)."""
        answer = classification_of(output)
        if isinstance(answer, Unscored):
            return answer
        target = target_index(sample, self.labels)
        if isinstance(target, Unscored):
            return target
        if not answer.is_probability:
            return Unscored("scores are not probabilities, so calibration cannot be measured")
        probabilities = scores_of(answer, self.labels)
        if isinstance(probabilities, Unscored):
            return probabilities
        if len(answer.labels) != len(self.labels):
            return Unscored(
                f"the model shares probability among {', '.join(answer.labels)}, the data among"
                f" {', '.join(self.labels)}"
            )
        of_target = min(max(probabilities[target], _EPSILON), 1 - _EPSILON)
        return Scored(
            (
                -math.log(of_target),
                self._brier(probabilities, target),
                max(probabilities),
                float(answer.label == self.labels[target]),
            )
        )

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        sums = weights @ statistics[:, :3]
        means = ratio(sums, np.broadcast_to(weights.sum(axis=1, keepdims=True), sums.shape))
        ece = expected_calibration_error(statistics[:, 2], statistics[:, 3], weights, self.n_bins)
        return np.stack([means[:, 0], means[:, 1], ece, means[:, 2]], axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Hall's t intervals of the means; the calibration error is bootstrapped."""
        found = {
            key: skewed_mean_interval(statistics[:, column], clusters, level)
            for column, key in enumerate(("log_loss", self._brier_id, "confidence"))
        }
        return {key: interval for key, interval in found.items() if interval is not None}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the reliability chart."""
        if not len(statistics):
            return ()
        return (reliability_figure(statistics[:, 2], statistics[:, 3], self.n_bins),)

    def _brier(self, probabilities: tuple[float, ...], target: int) -> float:
        if self._is_binary:
            return (1 - probabilities[target]) ** 2
        return sum((p - (i == target)) ** 2 for i, p in enumerate(probabilities))

    @property
    def _brier_id(self) -> str:
        return "brier" if self._is_binary else "brier_multiclass"

    @property
    def _is_binary(self) -> bool:
        return len(self.labels) == 2  # noqa: PLR2004 - binary
