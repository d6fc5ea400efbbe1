"""Tree SHAP: what each feature adds to the scores of trees, by the library shap."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from harness.adapters.sklearn.undecomposable import UndecomposableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

_ROUNDING = 1e-6
_OF_TWO = 2


class TreeValues(NamedTuple):
    """What F features add to the scores of C labels."""

    values: Floats
    """(n, F, C)."""
    base: Floats
    """(C,)."""
    unit: Literal["probability", "score"]


def is_tree(estimator: Any) -> bool:
    """Tell whether an estimator of scikit-learn is a tree or made of trees."""
    kind = type(estimator).__name__
    is_of_sklearn = type(estimator).__module__.startswith("sklearn.")
    return is_of_sklearn and any(word in kind for word in ("Tree", "Forest", "GradientBoosting"))


def tree_explainer(estimator: Any) -> Any:
    """Return shap's explainer, whose background are the paths of the training texts.

    Raises:
        UndecomposableError: shap is not installed, or does not know such trees.
    """
    try:
        with warnings.catch_warnings():
            # Of its other parts, which are not used.
            warnings.simplefilter("ignore")
            import shap
    except ImportError as error:
        raise UndecomposableError(
            "trees are taken apart by the package shap, which is not installed:"
            " pip install 'model-audit-harness[explain]'"
        ) from error
    try:
        return shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent")
    except Exception as error:  # shap tells what it does not know in many ways
        raise UndecomposableError(f"shap cannot take it apart ({error})") from error


def tree_values(explainer: Any, estimator: Any, features: Floats) -> TreeValues:
    """Return tree SHAP of each row, seen to add up to the estimator's own scores.

    Args:
        explainer: from ``tree_explainer``.
        estimator: fitted.
        features: (n, F), dense.

    Raises:
        UndecomposableError: they do not add up to probabilities or scores.
    """
    values = np.asarray(explainer.shap_values(features, check_additivity=False), dtype=np.float64)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    if values.ndim == _OF_TWO:  # two labels that share one score
        values, base = np.stack([-values, values], axis=2), np.array([-base[0], base[0]])
    totals = values.sum(axis=1) + base
    if _is_close(totals, estimator.predict_proba(features)):
        return TreeValues(values, base, "probability")
    if hasattr(estimator, "decision_function"):
        own = np.asarray(estimator.decision_function(features))
        if _is_close(totals, np.stack([-own, own], axis=1) if own.ndim == 1 else own):
            return TreeValues(values, base, "score")
    kind = type(estimator).__name__
    raise UndecomposableError(f"shap's values do not add up to the scores of this {kind}")


def _is_close(one: Floats, other: Any) -> bool:
    found = np.asarray(other)
    return one.shape == found.shape and np.allclose(one, found, rtol=_ROUNDING, atol=_ROUNDING)
