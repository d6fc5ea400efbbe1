"""Those of lm-eval's aggregations that are a function of two sums over documents.

The rest (F1, BLEU, a median, a user's own function) is called on the whole list of values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
DEFINITIONS: Mapping[str, str] = {
    "mean": "mean over documents",
    "nanmean": "mean over documents that have a value",
    "perplexity": "exp(-mean log-likelihood)",
    "weighted_perplexity": "exp(-total log-likelihood / total count)",
    "bits_per_byte": "-total log-likelihood / (total count · ln 2)",
}
_PAIRED = ("weighted_perplexity", "bits_per_byte")


def name_of(function: Any) -> str | None:
    """Return lm-eval's name of an aggregation; None for a function that has none."""
    from lm_eval.api.registry import AGGREGATION_REGISTRY

    for name in AGGREGATION_REGISTRY:
        if AGGREGATION_REGISTRY[name] is function:
            return str(name)
    return None


def numbers_in(result: Any) -> dict[str, float] | None:
    """Return the numbers that an aggregation has returned, by key; one alone has no key.

    Returns:
        None where it is neither a number nor a mapping to numbers.

    >>> numbers_in(0.5), numbers_in({"x": 1, "y": "good"}), numbers_in("good")
    ({'': 0.5}, {'x': 1.0}, None)
    """
    found = result if isinstance(result, Mapping) else {"": result}
    numbers = {}
    for key, value in found.items():
        with suppress(TypeError, ValueError):
            numbers[str(key)] = float(value)
    return numbers or None


def terms_of(aggregation: str, value: Any) -> tuple[float, float] | None:
    """Return what one document adds to numerator and denominator; None where it has no number.

    >>> terms_of("mean", True), terms_of("weighted_perplexity", (-6.0, 3)), terms_of("mean", "x")
    ((1.0, 1.0), (-6.0, 3.0), None)
    """
    try:
        if aggregation in _PAIRED:
            total, count = value
            return float(total), float(count)
        number = float(value)
    except (TypeError, ValueError):
        return None
    if aggregation == "nanmean" and math.isnan(number):
        return 0.0, 0.0
    return number, 1.0


def finished(aggregation: str, means: Floats) -> Floats:
    """Return the quantity for quotients of the two sums, of any shape."""
    if aggregation in ("perplexity", "weighted_perplexity"):
        return np.exp(-means)
    if aggregation == "bits_per_byte":
        return -means / math.log(2)
    return means
