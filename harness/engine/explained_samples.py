"""Explained samples: their parts ranked, and the words that the parts are."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.explained import Explained
from harness.core.explanations import Mean
from harness.stats.mean import mean_interval

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSample:
    """One sample with what each method makes of it."""

    id: str
    text: str
    targets: tuple[str, ...]
    cluster: str
    """Name of what it belongs to; its own where it stands alone."""
    explained: Mapping[str, Explained]
    """By the label of the method; at least one."""


def n_first(share: float, n_parts: int) -> int:
    """Return how many parts a share of them is, rounded up.

    >>> n_first(0.2, 15), n_first(0.01, 15)
    (3, 1)
    """
    return math.ceil(share * n_parts - _ROUNDING)


def chosen_values(explained: Explained) -> Floats:
    """Return (T,) what each part adds to the output that the model chose."""
    values = [row[explained.chosen] for row in explained.attribution.values]
    return np.array(values, dtype=np.float64)


def ranked_parts(explained: Explained) -> list[int]:
    """Return the parts by their value for the chosen output, the largest first."""
    return [int(part) for part in np.argsort(-chosen_values(explained), kind="stable")]


def word_of(text: str, span: tuple[int, int]) -> str:
    """Return the word of a part in lower case, without the signs around it; empty without any.

    >>> word_of("Not 'Great'!", (4, 12))
    'great'
    """
    return _AROUND.sub("", text[slice(*span)]).casefold()


def words_of(sample: ExplainedSample, explained: Explained) -> list[str]:
    """Return (T,) the word of each part."""
    return [word_of(sample.text, span) for span in explained.spans]


def mean_of(values: Sequence[float], clusters: Sequence[str], level: float) -> Mean:
    """Return a mean over samples with Student's t interval, clusters respected.

    Args:
        values: (n,) one for each sample.
        clusters: (n,) names of what the samples belong to.
        level: confidence level of the interval, in (0, 1).
    """
    found = np.array(values, dtype=np.float64)
    return Mean(
        value=float(found.mean()) if values else None,
        interval=mean_interval(found, codes_of(clusters), level) if values else None,
        n=len(values),
    )


def codes_of(clusters: Sequence[str]) -> Integers | None:
    """Return a number for each cluster; None where every sample stands alone."""
    codes = {name: code for code, name in enumerate(dict.fromkeys(clusters))}
    if len(codes) == len(clusters):
        return None
    return np.array([codes[name] for name in clusters], dtype=np.int64)
