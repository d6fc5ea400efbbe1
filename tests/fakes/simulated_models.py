"""Statistics of two models that answered the same samples, drawn from a known truth.

Each function returns the (n, k) statistics of a real metric on both sides. What is hard for one
model is hard for the other, so that their scores are correlated from sample to sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from fakes.paired_sides import SETTINGS, side
from harness.core.ports import Metric
from harness.core.score import Quantity
from harness.engine.compare import Compared, compare_pair
from harness.suites.metrics.confusion import Confusion

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Sides = tuple[Floats, Floats]

CONFUSION = Confusion(labels=("no", "yes"), positive="yes")
_PLACE = [quantity.id for quantity in CONFUSION.quantities].index("f1_macro")
_CELLS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_SHARE_YES = 0.4
_THRESHOLD = -1.0
_LUCK = 0.7
"""Spread of what an answer owes to chance, beside that of its difficulty, which is 1."""


class MacroF1(Confusion):
    """One of the quantities of ``CONFUSION`` alone, for a fraction of the time."""

    __slots__ = ()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (CONFUSION.quantities[_PLACE],)

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        return CONFUSION.reduce(statistics, weights)[:, [_PLACE]]


MACRO_F1 = MacroF1(labels=CONFUSION.labels, positive=CONFUSION.positive)


def compared_on(
    statistics: Mapping[Metric, Sides],
    *,
    suite: str = "questions",
    model: str = "model",
    clusters: Integers | None = None,
    slices: Mapping[str, Sequence[str]] | None = None,
) -> Compared:
    """Compare two runs by several metrics of the same samples."""
    before, after = (
        side(
            {metric: both[place] for metric, both in statistics.items()},
            suite=suite,
            model=model,
            run=run,
            clusters=None if clusters is None else [f"source {code}" for code in clusters],
            slices=slices,
        )
        for place, run in enumerate("ab")
    )
    return compare_pair(before, after, list(statistics), SETTINGS)


def right_or_wrong(
    rng: np.random.Generator, n: int, *, discordance: float, change: float = 0.0
) -> Sides:
    """Draw statistics of ``exact_match``.

    Args:
        rng: draws them.
        n: samples.
        discordance: chance that just one of both models is right.
        change: true difference of their shares.
    """
    shares = [(discordance + change) / 2, (discordance - change) / 2, 1 - discordance]
    counts = rng.multinomial(n, shares)
    before, after = (np.repeat(side, counts)[:, None] for side in ([0.0, 1, 1], [1.0, 0, 1]))
    return before, after


def graded(
    rng: np.random.Generator, n: int, *, change: float = 0.0, clusters: Integers | None = None
) -> Sides:
    """Draw statistics of ``token_f1``; both models differ by chance on each cluster, too."""
    hardness = rng.normal(0.5, 0.1, size=n)
    chance = rng.normal(0.0, 0.05, size=(2, n))
    if clusters is not None:
        chance += rng.normal(0.0, 0.05, size=(2, n))[:, clusters]
    before, after = hardness + chance
    return before[:, None], (after + change)[:, None]


def classified(rng: np.random.Generator, n: int, *, shift: float = 0.0) -> Sides:
    """Draw statistics of ``MACRO_F1``; a shift above 0 makes the second model worse."""
    targets = rng.random(n) < _SHARE_YES
    hardness = rng.normal(size=n)
    sides = []
    for threshold in (_THRESHOLD, _THRESHOLD + shift):
        is_right = hardness + _LUCK * rng.normal(size=n) > threshold
        predictions = np.where(is_right, targets, ~targets)
        sides.append(np.stack([targets, predictions], axis=1).astype(np.float64))
    return sides[0], sides[1]


def true_f1(shift: float) -> float:
    """Return macro F1 over the whole population of :func:`classified`."""
    right = 1 - float(ndtr((_THRESHOLD + shift) / np.hypot(1.0, _LUCK)))
    no, yes = 1 - _SHARE_YES, _SHARE_YES
    shares = np.array([[no * right, no * (1 - right), yes * (1 - right), yes * right]])
    return float(MACRO_F1.reduce(_CELLS, shares)[0, 0])


def shift_for(loss: float) -> float:
    """Return the shift that makes a true loss of macro F1."""
    low, high = 0.0, 3.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if true_f1(0.0) - true_f1(middle) < loss else (low, middle)
    return high


def translated(rng: np.random.Generator, n: int, *, clusters: Integers | None = None) -> Sides:
    """Draw statistics of ``bleu``: lengths, matching n-grams, n-grams."""
    codes = np.arange(n) if clusters is None else clusters
    hardness = rng.normal(size=n)[codes] + 0.5 * rng.normal(size=n)
    n_words = rng.integers(5, 20, size=n)
    sides = []
    for _ in range(2):
        skill = hardness + 0.7 * rng.normal(size=n)[codes] + 0.5 * rng.normal(size=n)
        n_answered = n_words + rng.integers(-1, 2, size=n)
        totals = np.stack([np.maximum(n_answered - order, 0) for order in range(4)], axis=1)
        matches = rng.binomial(totals[:, :1], expit(skill)[:, None])
        columns = [matches]
        for _ in pairwise(range(4)):
            # An n-gram can match only where a shorter one does.
            most = np.minimum(columns[-1], totals[:, len(columns) : len(columns) + 1])
            columns.append(rng.binomial(most, expit(skill)[:, None]))
        lengths = np.stack([n_answered, n_words], axis=1)
        sides.append(np.hstack([lengths, *columns, totals]).astype(np.float64))
    return sides[0], sides[1]
