"""Whether probabilities can be believed alike in all groups: calibration error of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.bias import Probe
from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.group_values import GroupValues
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.calibration import expected_calibration_error
from harness.suites.metrics.calibration import Calibration
from harness.suites.metrics.group_fairness_quantities import BIASED, left_out_words
from harness.suites.metrics.group_figures import GapRow, gaps_figure
from harness.suites.metrics.group_gap_rows import TestedGaps, ends_of
from harness.suites.metrics.group_probe import group_probe
from harness.suites.metrics.grouping import Grouping, of_gap, of_group, spread

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

_N_OWN = 3
_GAP = "ece_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCalibration:
    """Expected calibration error of each group, as the metric ``calibration`` has it of all."""

    name: ClassVar[str] = "group_calibration"
    is_additive: ClassVar[bool] = False  # bins are made of single confidences
    is_of_whole: ClassVar[bool] = True

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    groupings: tuple[Grouping, ...]
    """Whom to compare; given by the suite."""
    n_bins: int = 15
    """Equal-width bins of confidence."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Of each grouping the gap, then the error of each group."""
        found: list[Quantity] = []
        for grouping in self.groupings:
            found.append(
                Quantity(
                    id=of_gap(_GAP, grouping),
                    direction=Direction.LOWER,
                    definition="largest less smallest expected calibration error of a group, by"
                    f" {grouping.name}; {left_out_words(grouping)}{BIASED} gap of permuted groups;"
                    " the error of a small group is larger by chance alone",
                )
            )
            found += (
                Quantity(
                    id=of_group("ece", grouping, group),
                    direction=Direction.LOWER,
                    definition=f"expected calibration error on {group!r}: mean distance between"
                    f" confidence and accuracy over {self.n_bins} equal-width bins of the top"
                    " label's probability (Naeini et al. 2015)",
                )
                for group in grouping.groups
            )
        return tuple(found)

    @property
    def columns(self) -> tuple[str, ...]:
        """Target, confidence, whether the answer is right, and the group in each grouping."""
        groups = (f"group[{one.name}]" for one in self.groupings)
        return ("target", "confidence", "is_right", *groups)

    @property
    def probe(self) -> Probe:
        """What it tells of bias."""
        claim = "errs in its confidence more in one group than in another, with mean errors apart"
        return group_probe({_GAP: claim}, self.groupings)

    @property
    def signature(self) -> Mapping[str, str]:
        """The labels, the groups and the number of bins."""
        groups = ";".join(f"{one.name}={','.join(one.groups)}" for one in self.groupings)
        return {"labels": ",".join(self.labels), "groups": groups, "bins": str(self.n_bins)}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return target, probability of the top label, whether it is right, and the groups."""
        of_all = Calibration(labels=self.labels, n_bins=self.n_bins).measure(sample, output)
        if isinstance(of_all, Unscored):
            return of_all
        *_, confidence, is_right = of_all.statistics
        target = float(self.labels.index(sample.targets[0]))
        codes = (float(grouping.code(sample)) for grouping in self.groupings)
        return Scored((target, confidence, is_right, *codes))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        found: list[Floats] = []
        for place in range(len(self.groupings)):
            errors = self._errors(statistics, statistics[:, _N_OWN + place], weights, place)
            found += [spread(errors), *errors.T]
        return np.stack(found, axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return none: all is bootstrapped."""
        del statistics, clusters, level
        return {}

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return the samples that each error is made of."""
        return {
            of_group("ece", grouping, group): statistics[:, _N_OWN + place] == code
            for place, grouping in enumerate(self.groupings)
            for code, group in enumerate(grouping.groups)
        }

    def group_values(self, statistics: Floats, weights: Floats) -> Mapping[str, GroupValues]:
        """Return the errors that each gap lies between."""
        found = {}
        for place, grouping in enumerate(self.groupings):
            errors = self._errors(statistics, statistics[:, _N_OWN + place], weights, place)
            values = GroupValues(groups=grouping.groups, values=errors[:, :, None])
            found[of_gap(_GAP, grouping)] = values
        return found

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the charts, their intervals at 95 %."""
        return self.charts(statistics, None, 0.95)

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return the gaps beside those of permuted groups."""
        rows: list[GapRow] = []
        for place in range(len(self.groupings)):
            rows += self._tested(statistics, clusters, place).rows(level, len(self.groupings))
        return (gaps_figure(rows, self.groupings, n=len(statistics), level=level),)

    def _tested(self, statistics: Floats, clusters: Integers | None, place: int) -> TestedGaps:
        grouping = self.groupings[place]
        ones = np.ones((1, len(statistics)))

        def gaps(codes: Integers) -> Mapping[str, float]:
            return {_GAP: float(spread(self._errors(statistics, codes, ones, place))[0])}

        codes = statistics[:, _N_OWN + place].astype(np.int64)
        ends = ends_of(self._errors(statistics, codes, ones, place)[0], grouping.groups)
        return TestedGaps(
            grouping=grouping,
            gaps=gaps,
            codes=codes,
            targets=statistics[:, 0].astype(np.int64),
            clusters=clusters,
            names={False: (_GAP,)},
            ends={} if ends is None else {_GAP: ends[1]},
        )

    def _errors(
        self, statistics: Floats, codes: Floats | Integers, weights: Floats, place: int
    ) -> Floats:
        """Return (b, g) errors of the groups."""
        each = []
        for code in range(len(self.groupings[place].groups)):
            chosen = codes == code
            own = statistics[chosen]
            each.append(
                expected_calibration_error(own[:, 1], own[:, 2], weights[:, chosen], self.n_bins)
            )
        return np.stack(each, axis=1)
