"""The Word Embedding Association Test on vectors: effect size, permutation p, jackknife.

Two sets of target words X and Y, two sets of attribute words A and B. With cos for the cosine,

    s(w) = mean_a cos(w, a) - mean_b cos(w, b)
    d    = (mean_x s(x) - mean_y s(y)) / std_{w in X and Y} s(w)

(Caliskan, Bryson and Narayanan 2017). The standard deviation divides by n, as in WEFE, so that d
is at most (n_X + n_Y) / sqrt(n_X n_Y) in size: 2 for sets of equal size, which Caliskan et al. have
alone, and more for others. May et al. (2019) divide by n - 1.

A word may stand in several sentences (May et al. 2019). Then s is that of each sentence, and a word
keeps all of its sentences together wherever words change places or are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, t

Floats: TypeAlias = NDArray[np.float64]

MOST_EXACT = 36
"""Most target words of which all partitions are counted: two halves of 2^18 sums each."""
_BLOCK = 4_000_000
_TIE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationP:
    """How rarely the words, dealt out at random, are as far apart as they are."""

    value: float
    """Exact: partitions with at least this difference / all, the one at hand among both. Drawn:
    (1 + draws with at least this difference) / (1 + draws)."""
    n_as_far: int
    n_drawn: int
    """0 where all partitions were counted."""


def unit_vectors(vectors: Floats) -> Floats:
    """Return (..., d) vectors of length 1.

    Raises:
        ValueError: one has no direction.
    """
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ValueError("a vector of length 0, or one that is not finite, points nowhere")
    return np.asarray(vectors / lengths)


def associations(words: Floats, first: Floats, second: Floats) -> Floats:
    """Return s of each word, in [-2, 2].

    Args:
        words: (n, s, d) unit vectors of n words in s sentences each.
        first: (m, s, d) of the attribute words A.
        second: (k, s, d) of the attribute words B.

    Returns:
        (n, s).
    """
    direction = first.mean(axis=(0, 1)) - second.mean(axis=(0, 1))
    return np.asarray(words @ direction, dtype=np.float64)


def effect_size(of_first: Floats, of_second: Floats) -> float:
    """Return d; NaN where all associations are equal.

    Args:
        of_first: (n, s) associations of the words X.
        of_second: (m, s) of the words Y.
    """
    spread = np.concatenate([of_first, of_second]).std()
    # Rounding alone must not make an effect of words that are all alike.
    if spread <= _TIE:
        return float("nan")
    return float((of_first.mean() - of_second.mean()) / spread)


def permutation_p(of_first: Floats, of_second: Floats, *, n_draws: int, seed: int) -> PermutationP:
    """Return the one-sided p-value: the words of X and Y dealt out anew, sets of the same sizes.

    Args:
        of_first: (n, s) associations of the words X, all of their sentences together.
        of_second: (m, s) of the words Y.
        n_draws: how many deals are drawn where there are too many to count them all.
        seed: of the draws.
    """
    words = np.concatenate([of_first.mean(axis=1), of_second.mean(axis=1)])
    n_first = len(of_first)
    # With the sum of all words fixed, the difference of means grows with the sum of the first set.
    least = float(words[:n_first].sum()) - _TIE * max(1.0, float(np.abs(words).sum()))
    if len(words) <= MOST_EXACT:
        n_as_far = _n_subsets(words, n_first, least)
        return PermutationP(
            value=n_as_far / comb(len(words), n_first), n_as_far=n_as_far, n_drawn=0
        )
    rng = np.random.default_rng(seed)
    n_as_far = 0
    block = max(1, _BLOCK // len(words))
    for start in range(0, n_draws, block):
        keys = rng.random((min(block, n_draws - start), len(words)))
        chosen = np.argpartition(keys, n_first - 1, axis=1)[:, :n_first]
        n_as_far += int((words[chosen].sum(axis=1) >= least).sum())
    return PermutationP(value=(1 + n_as_far) / (1 + n_draws), n_as_far=n_as_far, n_drawn=n_draws)


def least_two_sided(n_first: int, n_second: int, *, n_draws: int) -> float:
    """Return the smallest that twice a one-sided p-value of so many words in X and Y can be.

    >>> least_two_sided(3, 3, n_draws=100)
    0.1
    """
    n = n_first + n_second
    return min(1.0, 2 / (comb(n, n_first) if n <= MOST_EXACT else 1 + n_draws))


def drawn_interval(n_as_far: int, n_drawn: int, level: float) -> tuple[float, float]:
    """Return Clopper and Pearson's interval of a p-value from so many draws."""
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, n_as_far, n_drawn - n_as_far + 1)) if n_as_far else 0.0
    is_all = n_as_far == n_drawn
    high = 1.0 if is_all else float(beta.ppf(1 - tail, n_as_far + 1, n_drawn - n_as_far))
    return low, high


def jackknife_error(sets: Sequence[Floats]) -> tuple[float, int]:
    """Return the standard error of d over words, and its degrees of freedom.

    Each word of each of the four sets is left out once; the sets are strata. It tells how much d
    would move with other words of the same four kinds.

    Args:
        sets: X, Y, A and B, (n, s, d) unit vectors each, at least two words in each.
    """
    variance = 0.0
    for place, words in enumerate(sets):
        n = len(words)
        values = np.array([_d_without(sets, place, word) for word in range(n)])
        variance += (n - 1) / n * float(((values - values.mean()) ** 2).sum())
    return variance**0.5, sum(map(len, sets)) - len(sets)


def t_margin(stderr: float, freedom: float, level: float) -> float:
    """Return half the width of a t interval."""
    return float(t.ppf(0.5 + level / 2, freedom)) * stderr


def _d_without(sets: Sequence[Floats], place: int, word: int) -> float:
    rest = list(sets)
    rest[place] = np.delete(sets[place], word, axis=0)
    first, second, of_a, of_b = rest
    return effect_size(associations(first, of_a, of_b), associations(second, of_a, of_b))


def _n_subsets(words: Floats, size: int, least: float) -> int:
    """Count the subsets of a size whose sum is at least so much, half of the words at a time."""
    middle = len(words) // 2
    left, n_left = _subset_sums(words[:middle])
    right, n_right = _subset_sums(words[middle:])
    found = 0
    for n in range(max(0, size - (len(words) - middle)), min(size, middle) + 1):
        others = np.sort(right[n_right == size - n])
        places = np.searchsorted(others, least - left[n_left == n], side="left")
        found += int((len(others) - places).sum())
    return found


def _subset_sums(words: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the sum and the size of each of the 2^n subsets."""
    sums, sizes = np.zeros(1), np.zeros(1, dtype=np.int64)
    for word in words:
        sums = np.concatenate([sums, sums + word])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes
