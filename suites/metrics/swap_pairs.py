"""What metrics of swapped identity terms share: pairs of groups, and their means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.core.estimate import Interval
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.stats.mcnemar import tango_interval
from harness.stats.mean import mean_stderr, skewed_mean_interval
from harness.stats.multiplicity import holm
from harness.stats.permutation import sign_flip_test
from harness.stats.quantiles import normal_quantile, t_quantile
from harness.suites.metrics.additive import Booleans, Floats, Integers
from harness.suites.question_groups import classifications_in

OWN_GROUP = "identity"
"""Name of the slice that holds the group that a text names."""


def swap_groups(n_groups: int, own: int, *, is_drawn: bool, n: int) -> tuple[int, ...]:
    """Return the group that each counterfactual of a text names, in the order they are asked in.

    >>> swap_groups(3, 1, is_drawn=False, n=2)
    (0, 0, 2, 2)
    """
    others = (group for group in range(n_groups) if is_drawn or group != own)
    return tuple(group for group in others for _ in range(n))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPairs:
    """Statistics: the own group, columns of the sample as a whole, then one for each other group.

    Whatever is told of a pair (a, b) is a mean over the samples that name a.
    """

    groups: tuple[str, ...]
    """At least two."""
    label: str
    """The label that is spoken of: shares and scores are of it."""
    written: tuple[str, ...] = ()
    """The groups that some text names as it is written; all when empty."""
    is_drawn: bool = False
    """Whether terms are also changed for others of their own group, as a control."""
    n: int = 1
    """Counterfactuals for each group."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The groups, and what is asked of each."""
        return {
            "groups": ",".join(self.groups),
            "written": ",".join(self.written or self.groups),
            "label": self.label,
            "n": str(self.n),
            "has_control": str(self.is_drawn),
        }

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The group that a text names, and the one that takes its place."""
        n_groups = range(len(self.groups))
        return tuple(
            (a, b)
            for a in n_groups
            for b in n_groups
            if (self.is_drawn or a != b) and self.groups[a] in (self.written or self.groups)
        )

    def pair_name(self, pair: tuple[int, int]) -> str:
        """Return what stands in brackets behind a quantity's name."""
        return " to ".join(self.groups[group] for group in pair)

    def answered(
        self, sample: Sample, output: Output
    ) -> tuple[int, tuple[Classification, ...]] | Unscored:
        """Return the own group and all answers, that to the text itself first."""
        group = sample.slices.get(OWN_GROUP)
        if group not in self.groups:
            return Unscored(f"nothing is known of a group {group!r}")
        own = self.groups.index(group)
        answers = classifications_in(output)
        n_needed = 1 + len(self._swapped_to(own))
        if len(answers) != n_needed:
            return Unscored(f"{n_needed} labels are needed, one for each form of the text")
        return own, answers

    def by_group(self, own: int, values: Floats) -> Floats:
        """Return the mean over the counterfactuals of each group; 0 for one that has none."""
        groups = np.array(self._swapped_to(own))
        sums = np.bincount(groups, weights=values, minlength=len(self.groups))
        return np.asarray(sums / self.n, dtype=np.float64)

    def largest_by_group(self, own: int, values: Floats) -> Floats:
        """Return the largest over the counterfactuals of each group; 0 for one that has none."""
        found = np.zeros(len(self.groups))
        np.maximum.at(found, np.array(self._swapped_to(own)), values)
        return found

    def to_others(self, own: int, values: Floats) -> Floats:
        """Return the values of counterfactuals that name another group."""
        chosen: Floats = values[np.array(self._swapped_to(own)) != own]
        return chosen

    def pair_means(self, statistics: Floats, weights: Floats, first: int) -> Floats:
        """Return (b, pairs) weighted means; NaN where no sample of the group weighs anything.

        Args:
            statistics: (n, k), the own group first.
            weights: (b, n).
            first: column of the first group.
        """
        found = np.full((len(weights), len(self.pairs)), np.nan)
        for place, (a, b) in enumerate(self.pairs):
            is_own = statistics[:, 0] == a
            own = weights[:, is_own]
            total = own.sum(axis=1)
            sums = own @ statistics[is_own, first + b]
            np.divide(sums, total, out=found[:, place], where=total > 0)
        return found

    def pair_maxima(self, statistics: Floats, weights: Floats, first: int) -> Floats:
        """Return (b, pairs) largest values of samples with weight; NaN where none of the group has.

        Args:
            statistics: (n, k), the own group first.
            weights: (b, n).
            first: column of the first group.
        """
        found = np.full((len(weights), len(self.pairs)), np.nan)
        for place, (a, b) in enumerate(self.pairs):
            is_own = statistics[:, 0] == a
            values = statistics[is_own, first + b]
            if not values.size:
                continue
            falling = np.argsort(-values, kind="stable")
            is_drawn = weights[:, is_own][:, falling] > 0
            largest = values[falling][is_drawn.argmax(axis=1)]
            found[:, place] = np.where(is_drawn.any(axis=1), largest, np.nan)
        return found

    def pair_parts(self, statistics: Floats) -> list[Booleans]:
        """Return the samples behind each pair."""
        return [statistics[:, 0] == a for a, _ in self.pairs]

    def each_pair(
        self, statistics: Floats, clusters: Integers | None, first: int
    ) -> Iterator[tuple[Floats, Integers | None]]:
        """Yield the values behind each pair, with their clusters."""
        for a, b in self.pairs:
            is_own = statistics[:, 0] == a
            own = None if clusters is None else clusters[is_own]
            yield statistics[is_own, first + b], own

    def tested_pairs(
        self, quantity: str, statistics: Floats, clusters: Integers | None, level: float, first: int
    ) -> list[dict[str, Any]]:
        """Return each pair with its mean, interval and p-value, corrected over pairs.

        The correction (Holm) is over the pairs of different groups; controls are not tested. Where
        there is a control, what is tested is the change beyond it, text by text: another name
        changes something whosever it is.
        """
        found: list[dict[str, Any]] = []
        values_of = self.each_pair(statistics, clusters, first)
        for (a, b), (values, own) in zip(self.pairs, values_of, strict=True):
            interval = signed_interval(values, own, level) if len(values) else None
            is_tested = a != b and len(values) > 0
            control = statistics[statistics[:, 0] == a, first + a] if self.is_drawn else 0.0
            test = sign_flip_test(values - control, seed=0, clusters=own) if is_tested else None
            found.append(
                {
                    "id": f"{quantity}[{self.pair_name((a, b))}]",
                    "written": self.groups[a],
                    "swapped": self.groups[b],
                    "n": len(values),
                    "n_units": len(values) if own is None else len(np.unique(own)),
                    "value": float(values.mean()) if len(values) else None,
                    "low": interval.low if interval else None,
                    "high": interval.high if interval else None,
                    "p_value": test.p_value if test else None,
                }
            )
        tested = [pair for pair in found if pair["p_value"] is not None]
        adjusted = holm(np.array([pair["p_value"] for pair in tested], dtype=np.float64))
        for pair, p in zip(tested, adjusted, strict=True):
            pair["p_holm"] = float(p)
        return [{"p_holm": None, **pair} for pair in found]

    def _swapped_to(self, own: int) -> tuple[int, ...]:
        return swap_groups(len(self.groups), own, is_drawn=self.is_drawn, n=self.n)


def signed_interval(values: Floats, clusters: Integers | None, level: float) -> Interval | None:
    """Return the interval of a mean of changes: Tango's of labels, else Hall's t.

    Changes of a label are -1, 0 or 1, and rare: of a handful that have one sign t says too much.
    Clustered ones count as so many independent ones as have their standard error, shrunk as in
    :func:`~harness.stats.proportion.proportion_interval`; each cluster as one where all agree.

    Args:
        values: (n,), n at least 1, in [-1, 1].
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).
    """
    n_clusters = len(values) if clusters is None else len(np.unique(clusters))
    if not np.isin(values, (-1.0, 0.0, 1.0)).all():
        interval = skewed_mean_interval(values, clusters, level)
        return interval and interval.within(-1.0, 1.0)
    if clusters is None or n_clusters == len(values):
        trials = float(len(values))
    elif n_clusters == 1:
        return None
    else:
        trials = _effective_changes(values, clusters, level)
    higher, lower = (trials * float((sign * values > 0).mean()) for sign in (1, -1))
    return tango_interval(higher, lower, trials, level)


def _effective_changes(values: Floats, clusters: Integers, level: float) -> float:
    """Return how many independent changes would have the standard error of clustered ones."""
    n_clusters = len(np.unique(clusters))
    alone, together = mean_stderr(values), mean_stderr(values, clusters)
    if not alone or not together:
        return float(n_clusters)
    quantile = 0.5 + level / 2
    shrink = (normal_quantile(quantile) / t_quantile(quantile, n_clusters - 1)) ** 2
    return len(values) * shrink * min(1.0, (alone / together) ** 2)
