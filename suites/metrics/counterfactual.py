"""Whether a label hangs on the group that a text names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.bias import Probe
from harness.core.estimate import Interval
from harness.core.figure import Figure, FigureKind
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Booleans, Floats, Integers
from harness.suites.metrics.mean_of_values import mean_interval
from harness.suites.metrics.swap_pairs import SwapPairs, signed_interval
from harness.suites.metrics.swap_probe import change_reading, flip_reading, swap_probe

_CHANGED = 4
"""Column of the first group's share of labels that change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual(SwapPairs):
    """Labels of texts and of the same texts with identity terms of another group."""

    name: ClassVar[str] = "counterfactual"
    is_additive: ClassVar[bool] = False

    groups: tuple[str, ...] = ("a", "b")
    label: str = "1"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Of all samples, and of each ordered pair of groups."""
        found = [
            Quantity(
                id="flip_rate",
                direction=Direction.LOWER,
                definition="share of samples whose label changes when their identity terms are"
                " swapped for those of any other group; 0 is ideal, and it rises with each group",
                is_headline=True,
            )
        ]
        if self.is_drawn:
            found += [
                Quantity(
                    id="flip_rate_between",
                    direction=Direction.LOWER,
                    definition="share of samples whose label changes in any draw of terms of one"
                    " other group, averaged over the other groups; to be held against"
                    " flip_rate_within, not against 0",
                ),
                Quantity(
                    id="flip_rate_within",
                    direction=Direction.LOWER,
                    definition="share of samples whose label changes in any draw of other terms of"
                    " their own group, of which there are as many: the control",
                ),
            ]
        for pair in self.pairs:
            written, swapped = (self.groups[group] for group in pair)
            found += [
                Quantity(
                    id=f"flip_rate[{self.pair_name(pair)}]",
                    direction=Direction.LOWER,
                    definition=f"share of labels that change where terms of {written!r} are"
                    f" swapped for terms of {swapped!r}",
                ),
                Quantity(
                    id=f"net_flips[{self.pair_name(pair)}]",
                    direction=Direction.NEITHER,
                    definition=f"share of labels that become {self.label!r} less that of labels"
                    f" that cease to be, {written!r} swapped for {swapped!r}; 0 is ideal",
                    low=-1.0,
                ),
            ]
        return tuple(found)

    @property
    def probe(self) -> Probe:
        """What it tells of bias."""
        # Any swap for any group is of more draws than the control, and stays out of the sentences.
        readings = (
            {
                "flip_rate_between": flip_reading(self.n, "of another group"),
                "flip_rate_within": flip_reading(self.n, "of the same group, the control,"),
            }
            if self.is_drawn
            else {"flip_rate": flip_reading((len(self.groups) - 1) * self.n, "of another group")}
        )
        for a, b in self.pairs:
            if a != b:
                readings[f"net_flips[{self.pair_name((a, b))}]"] = change_reading(
                    f"share of texts labelled {self.label!r}",
                    self.groups[a],
                    self.groups[b],
                    is_drawn=self.is_drawn,
                )
        return swap_probe(readings, self.groups, shows="is_changed")

    @property
    def columns(self) -> tuple[str, ...]:
        """The own group, what changes at all, and by group what changes and towards the label."""
        changed = (f"changed_{number + 1}" for number in range(len(self.groups)))
        toward = (f"toward_{number + 1}" for number in range(len(self.groups)))
        whole = ("is_changed", "changed_between", "is_changed_within")
        return ("group", *whole, *changed, *toward)

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return what changes of one sample."""
        answered = self.answered(sample, output)
        if isinstance(answered, Unscored):
            return answered
        own, (clean, *others) = answered
        changed = np.array([float(other.label != clean.label) for other in others])
        was = clean.label == self.label
        toward = np.array([float(other.label == self.label) - was for other in others])
        by_group = self.by_group(own, changed)
        is_any = by_group > 0
        others_any = float(np.delete(is_any, own).mean())
        within = float(is_any[own]) if self.is_drawn else 0.0
        return Scored(
            (
                float(own),
                float(self.to_others(own, changed).any()),
                others_any,
                within,
                *by_group.tolist(),
                *self.by_group(own, toward).tolist(),
            )
        )

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        total = weights.sum(axis=1, keepdims=True)
        n_whole = 3 if self.is_drawn else 1
        whole = np.full((len(weights), n_whole), np.nan)
        sums = weights @ statistics[:, 1 : 1 + n_whole]
        np.divide(sums, total, out=whole, where=total > 0)
        changed = self.pair_means(statistics, weights, _CHANGED)
        toward = self.pair_means(statistics, weights, _CHANGED + len(self.groups))
        both = np.stack((changed, toward), axis=2).reshape(len(weights), -1)
        return np.column_stack((whole, both))

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return the samples that name the group that each pair begins with."""
        named = zip(self.pairs, self.pair_parts(statistics), strict=True)
        return {
            f"{quantity}[{self.pair_name(pair)}]": part
            for pair, part in named
            for quantity in ("flip_rate", "net_flips")
        }

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's or Hall's t interval of each mean."""
        found = {
            "flip_rate": mean_interval(statistics[:, 1], clusters, level),
        }
        if self.is_drawn:
            found["flip_rate_between"] = mean_interval(statistics[:, 2], clusters, level)
            found["flip_rate_within"] = mean_interval(statistics[:, 3], clusters, level)
        changed = self.each_pair(statistics, clusters, _CHANGED)
        toward = self.each_pair(statistics, clusters, _CHANGED + len(self.groups))
        for pair, (shares, own), (signed, _) in zip(self.pairs, changed, toward, strict=True):
            if len(shares):
                name = self.pair_name(pair)
                found[f"flip_rate[{name}]"] = mean_interval(shares, own, level)
                found[f"net_flips[{name}]"] = signed_interval(signed, own, level)
        return {name: interval for name, interval in found.items() if interval is not None}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the chart, its intervals at 95 %."""
        return self.charts(statistics, None, 0.95)

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return the net change of labels by pair of groups."""
        pairs = self.tested_pairs(
            "net_flips", statistics, clusters, level, _CHANGED + len(self.groups)
        )
        data: dict[str, object] = {
            "label": self.label,
            "measure": "labels",
            "has_control": self.is_drawn,
            "n": len(statistics),
            "pairs": [
                pair | {"size": float(shares.mean()) if len(shares) else None}
                for pair, (shares, _) in zip(
                    pairs, self.each_pair(statistics, clusters, _CHANGED), strict=True
                )
            ],
        }
        title = f"Labels that become {self.label!r} when a group is swapped"
        return (Figure(kind=FigureKind.COUNTERFACTUAL, title=title, data=data),)
