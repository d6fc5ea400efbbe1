"""How far the decisions of a model differ between groups: parity, error rates, accuracy and F1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.bias import Probe
from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.group_values import GroupValues
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Quantity, Score, Scored, Unscored
from harness.core.showing import Showing
from harness.stats.group_ends import ends_of
from harness.stats.proportion import proportion_interval
from harness.suites.metrics.class_scores import classification_of, scores_of, target_index
from harness.suites.metrics.group_examples import Decisions
from harness.suites.metrics.group_fairness_quantities import (
    PER_GROUP,
    TESTED,
    claims_of,
    gap_quantities,
    rate_quantities,
)
from harness.suites.metrics.group_figures import (
    GapRow,
    GroupRow,
    Rate,
    gaps_figure,
    groups_figure,
)
from harness.suites.metrics.group_gap_rows import TestedGaps
from harness.suites.metrics.group_probe import group_probe
from harness.suites.metrics.group_rates import BINARY, GroupRates, group_gaps, group_rates
from harness.suites.metrics.group_tables import Tables
from harness.suites.metrics.grouping import Grouping, of_gap, of_group

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

_N_OWN = 2
"""Columns before those of the groups: target and prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFairness:
    """Compares who is taken for what between groups. Equal to fairlearn and scikit-learn.

    With a positive label all is about it against the rest; otherwise each label is held against
    the rest in turn, and a gap is the worst label's. The true positive rate and F1 of a group
    without positives are undefined, as is any rate that divides by nothing, and the group has no
    part in that gap, where fairlearn and scikit-learn take them for 0.
    """

    name: ClassVar[str] = "group_fairness"
    is_additive: ClassVar[bool] = False  # a sum of codes is no group
    is_of_whole: ClassVar[bool] = True

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    groupings: tuple[Grouping, ...]
    """Whom to compare; given by the suite."""
    positive: str | None = None
    """The label that a decision is about; every label in turn when absent."""
    threshold: float | None = None
    """The positive label is decided for from this probability on; by the highest score when
    absent."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Of each grouping the gaps, then the rates of each group."""
        return tuple(
            quantity
            for grouping in self.groupings
            for quantity in (
                *gap_quantities(grouping, self.positive),
                *rate_quantities(grouping, self.positive),
            )
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Target, prediction, and the code of the group in each grouping."""
        return ("target", "prediction", *(f"group[{one.name}]" for one in self.groupings))

    @property
    def probe(self) -> Probe:
        """What it tells of bias."""
        return group_probe(claims_of(self.positive), self.groupings)

    @property
    def signature(self) -> Mapping[str, str]:
        """Labels, groups and threshold, and the version of the numbers."""
        groups = ";".join(f"{one.name}={','.join(one.groups)}" for one in self.groupings)
        return {
            "labels": ",".join(self.labels),
            "positive": self.positive or "one-vs-rest",
            "groups": groups,
            "threshold": "argmax" if self.threshold is None else f"{self.threshold:g}",
            "version": "2",
        }

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the target, the prediction, and the group in each grouping."""
        answer = classification_of(output)
        if isinstance(answer, Unscored):
            return answer
        target = target_index(sample, self.labels)
        if isinstance(target, Unscored):
            return target
        if answer.label not in self.labels:
            known = ", ".join(self.labels)
            return Unscored(f"prediction {answer.label!r} is not among the labels {known}")
        predicted = _predicted(self, answer)
        if isinstance(predicted, Unscored):
            return predicted
        if self.positive is not None:
            target = int(self.labels[target] == self.positive)
        codes = (float(grouping.code(sample)) for grouping in self.groupings)
        return Scored((float(target), float(predicted), *codes))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        found: list[Floats] = []
        for place, grouping in enumerate(self.groupings):
            rates = self._rates(statistics, weights, place)
            found += group_gaps(rates).values()
            by_name = rates.by_name
            found += (
                by_name[name][:, group, 0]
                for group in range(len(grouping.groups))
                for name in self._per_group
            )
        return np.stack(found, axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's intervals of the plain proportions; gaps and F1 are bootstrapped."""
        found: dict[str, Interval] = {}
        for group in _groups_of(statistics, self.groupings):
            for name, (hits, chosen) in group.trials(self._per_group).items():
                of_chosen = None if clusters is None else clusters[chosen]
                interval = proportion_interval(hits[chosen], of_chosen, level)
                if interval is not None:
                    found[of_group(name, group.grouping, group.label)] = interval
        return found

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return the samples that each rate of a group is made of."""
        found: dict[str, Booleans] = {}
        for group in _groups_of(statistics, self.groupings):
            found |= {
                of_group(name, group.grouping, group.label): chosen
                for name, (_, chosen) in group.trials(self._per_group).items()
            }
            found[of_group("f1", group.grouping, group.label)] = group.is_in
        return found

    def group_values(self, statistics: Floats, weights: Floats) -> Mapping[str, GroupValues]:
        """Return the rates that each tested gap lies between."""
        return {
            of_gap(name, grouping): values
            for place, grouping in enumerate(self.groupings)
            for name, values in _gap_values(
                self, self._rates(statistics, weights, place), grouping
            ).items()
        }

    def showing(self, quantity: str, statistics: Floats) -> Showing | None:
        """Return the wrong decisions that widen a gap."""
        values = self.group_values(statistics, np.ones((1, len(statistics)))).get(quantity)
        ends = None if values is None else ends_of(values)
        if ends is None:
            return None
        name, place = _gap_at(quantity, self.groupings)
        decisions = Decisions(
            rows=statistics[:, [0, 1, _N_OWN + place]],
            groups=self.groupings[place].groups,
            labels=self.labels,
            positive=self.positive,
        )
        return decisions.showing(name, ends)

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the charts, their intervals at 95 %."""
        return self.charts(statistics, None, 0.95)

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return the gaps beside those of permuted groups, and the rates of each group."""
        row = self.reduce(statistics, np.ones((1, len(statistics))))[0].tolist()
        values = dict(zip((one.id for one in self.quantities), row, strict=True))
        intervals = self.intervals(statistics, clusters, level)
        rows: list[GapRow] = []
        for place in range(len(self.groupings)):
            rows += self._tested(statistics, clusters, place).rows(level, len(self.groupings))
        of_gaps = gaps_figure(rows, self.groupings, n=len(statistics), level=level)
        return (of_gaps, *self._group_figures(statistics, values, intervals))

    def _group_figures(
        self, statistics: Floats, values: Mapping[str, float], intervals: Mapping[str, Interval]
    ) -> Iterator[Figure]:
        counts = {name: int(part.sum()) for name, part in self.parts(statistics).items()}
        for grouping in self.groupings:
            groups = [
                _group_row(grouping, label, self._per_group, counts, values, intervals)
                for label in grouping.groups
            ]
            yield groups_figure(grouping, groups, self.positive)

    def _tested(self, statistics: Floats, clusters: Integers | None, place: int) -> TestedGaps:
        grouping = self.groupings[place]
        kinds, ones = statistics[:, :_N_OWN], np.ones((1, len(statistics)))

        def gaps(rows: Floats, weights: Floats) -> Mapping[str, Floats]:
            return group_gaps(group_rates(rows, weights, len(grouping.groups), self._n_classes))

        return TestedGaps(
            grouping=grouping,
            gaps=lambda drawn: {
                name: float(value[0])
                for name, value in gaps(np.column_stack([kinds, drawn]), ones).items()
            },
            codes=statistics[:, _N_OWN + place].astype(np.int64),
            targets=statistics[:, 0].astype(np.int64),
            clusters=clusters,
            names=TESTED,
            ends=_ends(_gap_values(self, self._rates(statistics, ones, place), grouping)),
            tables=Tables(kinds=kinds, gaps=gaps),
        )

    def _rates(self, statistics: Floats, weights: Floats, place: int) -> GroupRates:
        rows = statistics[:, [0, 1, _N_OWN + place]]
        n_groups = len(self.groupings[place].groups)
        return group_rates(rows, weights, n_groups, self._n_classes)

    @property
    def _n_classes(self) -> int:
        return BINARY if self.positive is not None else len(self.labels)

    @property
    def _per_group(self) -> tuple[str, ...]:
        return PER_GROUP[self.positive is not None]


@dataclass(frozen=True, slots=True)
class _Group:
    """The samples of one group among all."""

    grouping: Grouping
    label: str
    is_in: NDArray[np.bool_]
    """(n,)."""
    targets: Floats
    predictions: Floats

    def trials(self, names: tuple[str, ...]) -> Mapping[str, tuple[Floats, NDArray[np.bool_]]]:
        """Return (n,) hits and (n,) who counts, of each rate that is a plain proportion."""
        taken = (self.predictions == 1).astype(np.float64)
        made = {
            "selection_rate": (taken, self.is_in),
            "tpr": (taken, self.is_in & (self.targets == 1)),
            "fpr": (taken, self.is_in & (self.targets == 0)),
            "accuracy": ((self.targets == self.predictions).astype(np.float64), self.is_in),
        }
        return {name: made[name] for name in names if name in made}


def _groups_of(statistics: Floats, groupings: tuple[Grouping, ...]) -> Iterator[_Group]:
    targets, predictions = statistics[:, 0], statistics[:, 1]
    for place, grouping in enumerate(groupings):
        for code, label in enumerate(grouping.groups):
            is_in = statistics[:, _N_OWN + place] == code
            yield _Group(grouping, label, is_in, targets, predictions)


def _predicted(metric: GroupFairness, answer: Classification) -> int | Unscored:
    """Return the decision, 1 for the positive label where there is one."""
    if metric.threshold is not None and metric.positive is not None:
        if not answer.is_probability:
            return Unscored("scores are not probabilities, so no threshold can be set on them")
        scores = scores_of(answer, metric.labels)
        if isinstance(scores, Unscored):
            return scores
        return int(scores[metric.labels.index(metric.positive)] >= metric.threshold)
    if metric.positive is not None:
        return int(answer.label == metric.positive)
    return metric.labels.index(answer.label)


def _group_row(
    grouping: Grouping,
    label: str,
    names: tuple[str, ...],
    counts: Mapping[str, int],
    values: Mapping[str, float],
    intervals: Mapping[str, Interval],
) -> GroupRow:
    ids = {name: of_group(name, grouping, label) for name in names}
    return GroupRow(
        label=label,
        n=counts[ids["accuracy"]],
        n_positive=counts[ids["tpr"]] if "tpr" in ids else None,
        rates={name: Rate.of(values[key], intervals.get(key)) for name, key in ids.items()},
    )


def _gap_at(gap: str, groupings: tuple[Grouping, ...]) -> tuple[str, int]:
    """Return the name of a tested gap, and the place of the grouping whose groups it is between."""
    names = [name for tested in TESTED.values() for name in tested]
    return {
        of_gap(name, one): (name, place) for place, one in enumerate(groupings) for name in names
    }[gap]


def _gap_values(
    metric: GroupFairness, rates: GroupRates, grouping: Grouping
) -> Mapping[str, GroupValues]:
    """Return what each tested gap is made of, by its name; of several labels all of them."""
    known = ("",) if metric.positive else metric.labels
    odds = np.concatenate([rates.tpr, rates.fpr], axis=2)
    of_odds = tuple(
        ", ".join(filter(None, (rate, label))) for rate in ("TPR", "FPR") for label in known
    )
    made = {
        "demographic_parity_difference": (rates.selection_rate, known),
        "equal_opportunity_difference": (rates.tpr, known),
        "equalized_odds_difference": (odds, of_odds),
        "accuracy_difference": (rates.accuracy[:, :, None], ("",)),
        "f1_difference": (rates.f1[:, :, None], ("",)),
    }
    return {
        name: GroupValues(groups=grouping.groups, values=values, kinds=kinds)
        for name, (values, kinds) in made.items()
    }


def _ends(values: Mapping[str, GroupValues]) -> Mapping[str, str]:
    """Say of each gap which group is lowest and which is highest, of the worst label."""
    return {name: each.words(ends) for name, each in values.items() if (ends := ends_of(each))}
