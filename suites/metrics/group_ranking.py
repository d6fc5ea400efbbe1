"""How well scores rank within a group, and across groups: subgroup, BPSN and BNSP AUC."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sys import float_info
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.bias import Probe
from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.group_values import GroupValues
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.delong import auc_interval
from harness.suites.metrics.class_scores import classification_of, scores_of, target_index
from harness.suites.metrics.fairness_tradeoff import tradeoff_figure
from harness.suites.metrics.group_areas import group_areas
from harness.suites.metrics.group_fairness_quantities import BIASED, left_out_words
from harness.suites.metrics.group_figures import GapRow, GroupRow, Rate, gaps_figure, groups_figure
from harness.suites.metrics.group_gap_rows import TestedGaps, ends_of
from harness.suites.metrics.group_probe import group_probe
from harness.suites.metrics.grouping import Grouping, of_gap, of_group, spread

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

_N_OWN = 2
_TWO = 2
_GAP = "subgroup_auc_difference"
_AREAS = {
    "subgroup_auc": "P(a {label} sample of {group} scores above another sample of {group})",
    "bpsn_auc": "P(a {label} sample of any other group scores above a sample of {group} that is not"
    " {label}): low where the model takes {group} for {label} too easily (background positive,"
    " subgroup negative)",
    "bnsp_auc": "P(a {label} sample of {group} scores above a sample of any other group that is not"
    " {label}): low where the model misses {label} in {group} (background negative, subgroup"
    " positive)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRanking:
    """Areas under the ROC curve within and across groups (Borkan et al. 2019), any threshold.

    The background of a group is every sample outside it, groups that are left out included.
    """

    name: ClassVar[str] = "group_ranking"
    is_additive: ClassVar[bool] = False  # scores are ranked one by one
    is_of_whole: ClassVar[bool] = True

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    groupings: tuple[Grouping, ...]
    """Whom to compare; given by the suite."""
    positive: str
    """The label to be ranked first."""
    threshold: float | None = None
    """Where the decision stands, for the trade-off; where the highest score parts two labels when
    absent."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Of each grouping the gap, then the areas of each group."""
        return tuple(
            quantity for one in self.groupings for quantity in _quantities_of(one, self.positive)
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Whether the target is the positive label, its score, and the group in each grouping."""
        return ("is_positive", "score", *(f"group[{one.name}]" for one in self.groupings))

    @property
    def probe(self) -> Probe:
        """What it tells of bias."""
        claim = f"ranks {self.positive!r} above the rest better in one group than in another,"
        return group_probe({_GAP: f"{claim} with AUC apart"}, self.groupings)

    @property
    def signature(self) -> Mapping[str, str]:
        """The positive label and the groups."""
        groups = ";".join(f"{one.name}={','.join(one.groups)}" for one in self.groupings)
        return {"labels": ",".join(self.labels), "positive": self.positive, "groups": groups}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the target, the positive label's score, and the group in each grouping."""
        answer = classification_of(output)
        if isinstance(answer, Unscored):
            return answer
        target = target_index(sample, self.labels)
        if isinstance(target, Unscored):
            return target
        scores = scores_of(answer, self.labels)
        if isinstance(scores, Unscored):
            return scores
        score = _score(self, answer, scores)
        codes = (float(grouping.code(sample)) for grouping in self.groupings)
        return Scored((float(self.labels[target] == self.positive), score, *codes))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        found: list[Floats] = []
        for place, grouping in enumerate(self.groupings):
            n_groups = len(grouping.groups)
            areas = group_areas(statistics[:, [0, 1, _N_OWN + place]], weights, n_groups)
            found.append(spread(areas.within))
            found += (
                each[:, code]
                for code in range(n_groups)
                for each in (areas.within, areas.background_positive, areas.background_negative)
            )
        return np.stack(found, axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return DeLong's intervals of the areas; gaps are bootstrapped."""
        found = {}
        for place, grouping in enumerate(self.groupings):
            for name, group, chosen in self._parts(statistics, place):
                of_chosen = None if clusters is None else clusters[chosen]
                interval = auc_interval(*_part(statistics, chosen), of_chosen, level)
                if interval is not None:
                    found[of_group(name, grouping, group)] = interval
        return found

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return the samples that each area is made of."""
        return {
            of_group(name, grouping, group): chosen
            for place, grouping in enumerate(self.groupings)
            for name, group, chosen in self._parts(statistics, place)
        }

    def group_values(self, statistics: Floats, weights: Floats) -> Mapping[str, GroupValues]:
        """Return the areas that each gap lies between."""
        found = {}
        for place, grouping in enumerate(self.groupings):
            rows = statistics[:, [0, 1, _N_OWN + place]]
            areas = group_areas(rows, weights, len(grouping.groups)).within
            values = GroupValues(groups=grouping.groups, values=areas[:, :, None])
            found[of_gap(_GAP, grouping)] = values
        return found

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the charts, their intervals at 95 %."""
        return self.charts(statistics, None, 0.95)

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return the gaps beside those of permuted groups, the areas, and the trade-off."""
        row = self.reduce(statistics, np.ones((1, len(statistics))))[0].tolist()
        values = dict(zip((one.id for one in self.quantities), row, strict=True))
        intervals = self.intervals(statistics, clusters, level)
        gaps: list[GapRow] = []
        others: list[Figure] = []
        for place, grouping in enumerate(self.groupings):
            gaps += self._tested(statistics, clusters, place, values).rows(
                level, len(self.groupings)
            )
            others.append(self._groups(statistics, place, values, intervals))
            own = statistics[:, [0, 1, _N_OWN + place]]
            others.append(tradeoff_figure(own, grouping, self.positive, self._current))
        of_gaps = gaps_figure(gaps, self.groupings, n=len(statistics), level=level)
        return (of_gaps, *others)

    def _tested(
        self,
        statistics: Floats,
        clusters: Integers | None,
        place: int,
        values: Mapping[str, float],
    ) -> TestedGaps:
        grouping = self.groupings[place]
        own, ones = statistics[:, :_N_OWN], np.ones((1, len(statistics)))

        def gaps(codes: Integers) -> Mapping[str, float]:
            areas = group_areas(np.column_stack([own, codes]), ones, len(grouping.groups))
            return {_GAP: float(spread(areas.within)[0])}

        within = [values[of_group("subgroup_auc", grouping, one)] for one in grouping.groups]
        ends = ends_of(np.array(within), grouping.groups)
        return TestedGaps(
            grouping=grouping,
            gaps=gaps,
            codes=statistics[:, _N_OWN + place].astype(np.int64),
            targets=own[:, 0].astype(np.int64),
            clusters=clusters,
            names={True: (_GAP,)},
            ends={} if ends is None else {_GAP: ends[1]},
        )

    def _groups(
        self,
        statistics: Floats,
        place: int,
        values: Mapping[str, float],
        intervals: Mapping[str, Interval],
    ) -> Figure:
        grouping = self.groupings[place]
        rows = []
        for code, label in enumerate(grouping.groups):
            is_in = statistics[:, _N_OWN + place] == code
            ids = {name: of_group(name, grouping, label) for name in _AREAS}
            rows.append(
                GroupRow(
                    label=label,
                    n=int(is_in.sum()),
                    n_positive=int((is_in & (statistics[:, 0] == 1)).sum()),
                    rates={
                        name: Rate.of(values[key], intervals.get(key)) for name, key in ids.items()
                    },
                )
            )
        return groups_figure(grouping, rows, self.positive)

    def _parts(self, statistics: Floats, place: int) -> Iterator[tuple[str, str, Booleans]]:
        """Yield what each area is made of: its name, its group and (n,) the samples."""
        is_positive = statistics[:, 0] == 1
        for code, group in enumerate(self.groupings[place].groups):
            is_in = statistics[:, _N_OWN + place] == code
            yield "subgroup_auc", group, is_in
            yield "bpsn_auc", group, is_in != is_positive
            yield "bnsp_auc", group, is_in == is_positive

    def _current(self, scores: Floats) -> float:
        """Return the threshold that decisions are made at, or would be between two labels."""
        if self.threshold is not None:
            return self.threshold
        is_probability = bool(((scores >= 0) & (scores <= 1)).all())
        return 0.5 if is_probability else 0.0


def _quantities_of(grouping: Grouping, positive: str) -> Iterator[Quantity]:
    yield Quantity(
        id=of_gap(_GAP, grouping),
        direction=Direction.LOWER,
        definition=f"largest less smallest subgroup AUC, by {grouping.name};"
        f" {left_out_words(grouping)}{BIASED} gap of permuted groups",
        is_headline=True,
    )
    for group in grouping.groups:
        for name, text in _AREAS.items():
            words = text.format(label=repr(positive), group=repr(group))
            yield Quantity(
                id=of_group(name, grouping, group),
                direction=Direction.HIGHER,
                definition=f"{words}, ties one half (Borkan et al. 2019)",
            )


def _score(metric: GroupRanking, answer: Classification, scores: tuple[float, ...]) -> float:
    """Return the positive label's score, on the side of the threshold that the answer is on."""
    own = metric.labels.index(metric.positive)
    score = scores[own]
    if not answer.is_probability:
        # Such scores have no common zero: the lead over the best other label has.
        score -= max(each for place, each in enumerate(scores) if place != own)
    score = min(max(score, -float_info.max), float_info.max)
    if metric.threshold is not None or (answer.is_probability and len(metric.labels) > _TWO):
        return score
    # On a tie the first label is decided for, and so on either side of a threshold that lies at it:
    # a score goes to the side that its decision is on, which takes no more than rounding.
    cut = 0.5 if answer.is_probability else 0.0
    is_taken = answer.label == metric.positive
    return max(score, cut) if is_taken else min(score, math.nextafter(cut, -math.inf))


def _part(statistics: Floats, chosen: Booleans) -> tuple[Booleans, Floats]:
    return statistics[chosen, 0] == 1, statistics[chosen, 1]
