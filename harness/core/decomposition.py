"""A score taken apart into what each feature of a text adds to it, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature that the text has: a word, several in a row, or a few characters."""

    name: str
    """As the model knows it."""
    places: tuple[tuple[int, int], ...]
    """Beginning and end of each word of each of its occurrences, in characters of the text."""
    values: tuple[float, ...]
    """(C,): what it adds to each label's score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """Answer to ``Decompose``: ``total = base + absent + sum of the features' values``.

    The values are Shapley values of the model's own features, which may take on their values of
    the background independently of each other (Lundberg and Lee 2017); of trees, values follow the
    paths of the training texts (Lundberg et al. 2020).
    """

    method: Literal["linear", "tree"]
    labels: tuple[str, ...]
    """C names."""
    unit: Literal["probability", "score"]
    """Of all values. A score is what the model makes probabilities of, or chooses by: log-odds of a
    logistic regression, distances of a support vector machine. Two labels that share one score d
    have (-d, d)."""
    background: str
    """In words: what ``base`` is the expectation over."""
    base: tuple[float, ...]
    """(C,): expected score."""
    absent: tuple[float, ...]
    """(C,): what the features add together that the text does not have."""
    total: tuple[float, ...]
    """(C,): the text's score."""
    features: tuple[Feature, ...]
    """Those of the text, the order being the model's."""
