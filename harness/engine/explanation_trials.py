"""How an explanation is tried: parts taken away by rank, and at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from harness.core.explained import SHARES, Trial, choice_of
from harness.stats.value_levels import value_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Masks: TypeAlias = NDArray[np.bool_]
    Outputs: TypeAlias = NDArray[np.float64]

TRIALS_VERSION = 3
"""Raised whenever the same values would be tried otherwise. 3: on a tie the model chooses the first
output, as everywhere; it was taken to stay with its choice."""
N_RANDOM = 5
"""Rankings at random that a method is held against."""
N_HIDDEN = 20
"""Sets of parts that are masked to tell the infidelity."""
_DIGITS = 9
"""Decimals of a share of parts that count: 0.01 of 700 parts is 7, and not a little more."""


def ranked(values: Sequence[float], scale: float | None, ties: Sequence[int]) -> list[int]:
    """Return the places of parts, the largest value first; rounding ranks none before another.

    Args:
        values: (T,).
        scale: what their rounding is held against; see ``value_levels``.
        ties: (T,) a ranking at random, which tells between equal values.
    """
    rank = {place: i for i, place in enumerate(ties)}
    levels = value_levels(np.asarray(values, dtype=np.float64), scale).tolist()
    return sorted(range(len(levels)), key=lambda place: (-levels[place], rank[place]))


def random_rankings(n_parts: int, seed: int, name: str) -> list[list[int]]:
    """Return rankings drawn at random, the same for every method.

    Args:
        n_parts: T.
        seed: of the run.
        name: id of the sample.
    """
    return [
        _drawn(f"{seed}/ranking/{number}/{name}").sample(range(n_parts), n_parts)
        for number in range(N_RANDOM)
    ]


def hidden_parts(n_parts: int, seed: int, name: str) -> Masks:
    """Return (1 + N_HIDDEN, T) masks: one that hides nothing, and others that hide 1 to T parts.

    Every number of parts is as likely; every method is held against the same masks.
    """
    rng = _drawn(f"{seed}/infidelity/{name}")
    masks = np.ones((1 + N_HIDDEN, n_parts), dtype=bool)
    for mask in masks[1:]:
        mask[rng.sample(range(n_parts), rng.randint(1, n_parts))] = False
    return masks


def trial_masks(ranking: Sequence[int]) -> Masks:
    """Return (2 x shares, T) masks: without the first parts, then with these alone."""
    n_parts = len(ranking)
    without = np.ones((len(SHARES), n_parts), dtype=bool)
    for mask, share in zip(without, SHARES, strict=True):
        mask[list(ranking[: ceil(round(share * n_parts, _DIGITS))])] = False
    return np.concatenate([without, ~without])


def trial_of(outputs: Outputs, chosen: int) -> Trial:
    """Return what came of a ranking.

    Args:
        outputs: (2 x shares, C), of the texts that ``trial_masks`` makes.
        chosen: place of the chosen output.
    """
    without, alone = np.split(outputs, 2)
    return Trial(
        without=tuple(without[:, chosen].tolist()),
        alone=tuple(alone[:, chosen].tolist()),
        is_turned=tuple(not _is_chosen(row, chosen) for row in without.tolist()),
        is_kept=tuple(_is_chosen(row, chosen) for row in alone.tolist()),
    )


def infidelity(values: Sequence[float], hidden: Masks, outputs: Outputs) -> float:
    """Return the mean squared error of what the values say that hiding parts takes.

    Args:
        values: (T,) of the chosen output.
        hidden: (1 + m, T) masks, false where a part is hidden; the first one hides nothing.
        outputs: (1 + m,) the chosen output of each such text.
    """
    said = (~hidden[1:]).astype(float) @ np.asarray(values)
    return float(np.mean((said - (outputs[0] - outputs[1:])) ** 2))


def _is_chosen(outputs: Sequence[float], chosen: int) -> bool:
    """Tell whether the model chooses the same; where it has chosen none of several, all are 0."""
    return choice_of(outputs) == chosen and (len(outputs) == 1 or outputs[chosen] > 0)


def _drawn(key: str) -> random.Random:
    return random.Random(key)  # noqa: S311 - no secret
