"""Effect size and p-value of association tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from harness.core.bias import Probe
from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.response import AnswerGroup, Embedding, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.association import (
    MOST_EXACT,
    associations,
    drawn_interval,
    effect_size,
    jackknife_error,
    least_two_sided,
    permutation_p,
    t_margin,
    unit_vectors,
)
from harness.stats.multiplicity import holm
from harness.suites.bias.association_probe import association_probe
from harness.suites.metrics.additive import Floats, Integers

TEST = "test"
"""The slice that names the test."""
_SOURCE = {"weat": "Caliskan et al. 2017", "seat": "May et al. 2019, with sentences of our own"}
_LIMIT = (
    "0 where there is no association; it says nothing of what a model does with its vectors"
    " (Goldfarb-Tarrant et al. 2021)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many texts a test has, and what they belong to."""

    n_words: tuple[int, ...]
    """Of X, Y, A and B."""
    n_sentences: int
    """For each word."""
    names: tuple[str, ...] = ()
    """What X, Y, A and B stand for; runs of before are without."""

    @property
    def most(self) -> float:
        """The largest d there can be: 2 for X and Y of one size, more for others."""
        n_x, n_y, *_ = self.n_words
        return (n_x + n_y) / math.sqrt(n_x * n_y)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationMetric:
    """The effect size of each test, its p-value, and how many hold when all are looked at."""

    name: ClassVar[str] = "word_association"
    is_additive: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = (
        *("d", "stderr", "freedom", "p", "n_as_far", "n_drawn"),
        *("p_two_sided", "most"),
    )

    kind: Literal["weat", "seat"] = "weat"
    """What the numbers are called: words alone, or words in sentences."""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """By name of the test."""
    permutations: int = 10_000
    """How many deals are drawn where they cannot all be counted."""
    seed: int = 0
    """Of those draws."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Named after the kind, so that words and sentences are never taken for each other."""
        kind, source = self.kind, _SOURCE[self.kind]
        return (
            Quantity(
                id=f"{kind}_effect_size",
                direction=Direction.NEITHER,
                definition="d, the mean association of X less that of Y over the standard deviation"
                f" of both (ddof 0; {source}); of several tests the mean; above 0: X goes"
                f" with A, below it Y does; {_LIMIT}",
                low=-self._most,
                high=self._most,
                is_headline=True,
            ),
            Quantity(
                id=f"{kind}_p_value",
                direction=Direction.NEITHER,
                definition="share of deals of the target words with at least this difference, one-"
                f"sided ({source}); all deals of up to 36 words, else drawn ones; one test only",
                is_headline=True,
                is_of_test=True,
            ),
            Quantity(
                id=f"{kind}_p_two_sided",
                direction=Direction.NEITHER,
                definition=f"twice the smaller of {kind}_p_value and the same share for the other"
                " direction, at most 1; one test only",
                is_headline=True,
                is_of_test=True,
            ),
            Quantity(
                id=f"{kind}_magnitude",
                direction=Direction.LOWER,
                definition="mean over tests of the effect size without its sign; above 0 by chance"
                " alone, the more so with few words",
                high=self._most,
            ),
            Quantity(
                id=f"{kind}_associated_share",
                direction=Direction.LOWER,
                definition=f"tests with {kind}_p_two_sided at most 0.05 after Holm's correction /"
                " tests, those among them whose words are too few for it; 0 where there is no"
                " association either way",
            ),
        )

    @property
    def probe(self) -> Probe:
        """What it tells of bias."""
        names = {name: shape.names for name, shape in self.shapes.items()}
        return association_probe(self.kind, names, most=self._most, least_p=self._least_p)

    @property
    def _least_p(self) -> Mapping[str, tuple[float, str]]:
        """How small a p-value can be, and why, by test; under an empty name of one alone."""
        found = {}
        for name, shape in self.shapes.items():
            n_x, n_y, *_ = shape.n_words
            least = least_two_sided(n_x, n_y, n_draws=self.permutations)
            few = "words" if n_x + n_y <= MOST_EXACT else "permutations"
            found[name] = (least, f"not testable with so few {few}")
        return found | ({"": next(iter(found.values()))} if len(found) == 1 else {})

    @property
    def _most(self) -> float:
        return max((shape.most for shape in self.shapes.values()), default=2.0)

    @property
    def signature(self) -> Mapping[str, str]:
        """What is drawn, the shapes of the tests, and which p-value the share of tests is of."""
        shapes = {
            name: {"n_words": shape.n_words, "n_sentences": shape.n_sentences}
            for name, shape in self.shapes.items()
        }
        return {
            "permutations": str(self.permutations),
            "shapes": hash_json(shapes)[:12],
            "draws": str(self.seed),
            "version": "3",
        }

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return effect size, error, the p-value with how it was come by, and the largest size."""
        shape = self.shapes.get(sample.id)
        if shape is None:
            return Unscored("the sample is of no association test")
        sets = _sets(shape, output)
        if isinstance(sets, Unscored):
            return sets
        x, y, a, b = sets
        of_x, of_y = associations(x, a, b), associations(y, a, b)
        d = effect_size(of_x, of_y)
        if not np.isfinite(d):
            return Unscored("all target words are associated alike, so that d has no scale")
        p = permutation_p(of_x, of_y, n_draws=self.permutations, seed=self.seed)
        other = permutation_p(-of_x, -of_y, n_draws=self.permutations, seed=self.seed)
        two_sided = min(1.0, 2 * min(p.value, other.value))
        stderr, freedom = jackknife_error(sets)
        drawn = (p.value, float(p.n_as_far), float(p.n_drawn), two_sided)
        return Scored((d, stderr, float(freedom), *drawn, shape.most))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return mean d, both p of a test that stands alone, mean |d| and the share that holds."""
        d, p, two_sided = statistics[:, [0, 3, 6]].T
        total = weights.sum(axis=1)
        found = np.full((len(weights), len(self.quantities)), np.nan)
        np.divide(weights @ d, total, out=found[:, 0], where=total > 0)
        np.divide(weights @ np.abs(d), total, out=found[:, 3], where=total > 0)
        if len(p) == 1:
            found[:, 1] = np.where(total > 0, p[0], np.nan)
            found[:, 2] = np.where(total > 0, two_sided[0], np.nan)
        holds = (holm(two_sided) <= _ALPHA).astype(float)
        np.divide(weights @ holds, total, out=found[:, 4], where=total > 0)
        return found

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return the jackknife's interval of d over words, and that of a p-value from draws.

        Several tests are taken as given, and as independent of each other: the interval of their
        mean is about other words, not about other tests.
        """
        del clusters
        d, stderr, freedom, p, n_as_far, n_drawn, _, most_of_each = statistics.T
        n = len(d)
        value = float(d.mean())
        margin = t_margin(float(np.sqrt((stderr**2).sum()) / n), float(freedom.sum()), level)
        most = float(most_of_each.mean())
        low, high = max(value - margin, -most), min(value + margin, most)
        found = {
            f"{self.kind}_effect_size": Interval(
                # Rounding may carry a d that is as large as can be above what there can be.
                low=min(low, value),
                high=max(high, value),
                level=level,
                method="jackknife-words",
            )
        }
        if n == 1 and n_drawn[0]:
            low, high = drawn_interval(int(n_as_far[0]), int(n_drawn[0]), level)
            # The share counts the deal at hand, and so may lie a hair above the draws' interval.
            high = max(high, float(p[0]))
            found[f"{self.kind}_p_value"] = Interval(
                low=low, high=high, level=level, method="clopper-pearson-draws"
            )
        return found

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return no chart."""
        del statistics
        return ()


_ALPHA = 0.05


def _sets(shape: Shape, output: Output) -> tuple[Floats, Floats, Floats, Floats] | Unscored:
    """Return X, Y, A and B as (n, s, d) unit vectors."""
    answers = output.answers if isinstance(output, AnswerGroup) else (output,)
    vectors = [answer.values for answer in answers if isinstance(answer, Embedding)]
    if len(vectors) != sum(shape.n_words) * shape.n_sentences:
        return Unscored("a vector for each word is needed")
    if len({len(vector) for vector in vectors}) > 1:
        return Unscored("the vectors are of different lengths")
    try:
        units = unit_vectors(np.array(vectors, dtype=np.float64))
    except ValueError as error:
        return Unscored(str(error))
    by_word = units.reshape(-1, shape.n_sentences, units.shape[-1])
    x, y, a, b = np.split(by_word, np.cumsum(shape.n_words)[:-1])
    return x, y, a, b
