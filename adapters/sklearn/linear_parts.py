"""Linear SHAP: what each feature adds to the scores of a linear model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.adapters.sklearn.undecomposable import UndecomposableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]

_N_LABELS_THAT_SHARE = 2
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Scores of C labels from F features."""

    coefficients: Floats
    """(C, F)."""
    intercepts: Floats
    """(C,)."""

    def scores(self, features: Floats) -> Floats:
        """Return the scores.

        Args:
            features: (n, F), sparse or not.

        Returns:
            (n, C).
        """
        return np.asarray(features @ self.coefficients.T) + self.intercepts

    def added(self, columns: Integers, values: Floats, means: Floats) -> Floats:
        """Return (k, C): what k features add: coefficient times distance from the mean.

        Args:
            columns: (k,): which features.
            values: (k,): of the text.
            means: (k,): of the background.
        """
        return self.coefficients[:, columns].T * (values - means)[:, None]


def is_linear(estimator: Any) -> bool:
    """Tell whether an estimator has coefficients."""
    return hasattr(estimator, "coef_") or hasattr(estimator, "feature_log_prob_")


def linear_model(estimator: Any, features: Floats) -> LinearModel:
    """Return the coefficients of an estimator, seen to be all that its scores are made of.

    Naive Bayes gives joint log-likelihoods, of which only differences between labels count: of two
    labels the score is the log-odds, of more it is less its mean over labels.

    Args:
        estimator: fitted; see ``is_linear``.
        features: (n, F): some to hold against the estimator's own scores.

    Raises:
        UndecomposableError: its scores are no linear function of its features.
    """
    kind = type(estimator).__name__
    if hasattr(estimator, "coef_"):
        model = _both_sides(_dense(estimator.coef_), np.atleast_1d(estimator.intercept_))
        own = np.asarray(estimator.decision_function(features), dtype=np.float64)
        own = np.stack([-own, own], axis=1) if own.ndim == 1 else own
    else:
        flat = np.asarray(estimator.feature_log_prob_), np.asarray(estimator.class_log_prior_)
        model = _contrasts(*flat)
        own = _contrasted(np.asarray(estimator.predict_joint_log_proba(features)))
    found = model.scores(features)
    if found.shape != own.shape or not np.allclose(found, own, rtol=_ROUNDING, atol=_ROUNDING):
        raise UndecomposableError(f"the scores of a {kind} are no sum over its features")
    return model


def _dense(coefficients: Any) -> Floats:
    is_sparse = hasattr(coefficients, "toarray")
    return np.atleast_2d(coefficients.toarray() if is_sparse else coefficients)


def _both_sides(coefficients: Floats, intercepts: Floats) -> LinearModel:
    """Give two labels that share one score d their (-d, d)."""
    if len(coefficients) > 1:
        return LinearModel(coefficients, np.broadcast_to(intercepts, len(coefficients)))
    return LinearModel(
        np.concatenate([-coefficients, coefficients]), np.concatenate([-intercepts, intercepts])
    )


def _contrasts(log_likelihoods: Floats, priors: Floats) -> LinearModel:
    return LinearModel(_contrasted(log_likelihoods.T).T, _contrasted(priors[None])[0])


def _contrasted(joint: Floats) -> Floats:
    """Return (n, C) as differences: log-odds of two labels, distances from the mean of more."""
    if joint.shape[1] == _N_LABELS_THAT_SHARE:
        odds = joint[:, 1] - joint[:, 0]
        return np.stack([-odds, odds], axis=1)
    centred: Floats = joint - joint.mean(axis=1, keepdims=True)
    return centred
