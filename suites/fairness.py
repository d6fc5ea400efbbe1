"""Which groups of a data set to compare, and what to measure of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.core.errors import ConfigError, DataError, did_you_mean
from harness.core.sample import Sample
from harness.suites.labels import Labels
from harness.suites.metrics.grouping import CROSS, Grouping, group_of

if TYPE_CHECKING:
    from harness.core.ports import Metric
    from harness.sources.samples import SampleSet

_FEWEST = 2
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Group fairness: gaps between the groups that columns of the data make."""

    by: tuple[str, ...]
    """Columns among ``columns.slices``; several joined by + are crossed, as "gender+age"."""
    min_group: int = 30
    """Groups with fewer samples than this are named and left out of the gaps."""
    positive: str | None = None
    """The label that a decision is about. Of two labels the suite's positive one when absent; of
    more each one against the rest, and a gap is the worst label's."""
    threshold: float | None = None
    """Decide for the positive label from this probability on; by the highest score when absent."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not self.by:
            raise ConfigError("fairness.by", "names no column", 'write by = ["gender"]')
        twice = next((name for name in self.by if self.by.count(name) > 1), None)
        if twice is not None:
            raise ConfigError("fairness.by", f"names {twice!r} twice", "name each once")
        if self.min_group < _FEWEST:
            reason = f"is {self.min_group}, and one sample is no group"
            raise ConfigError("fairness.min_group", reason, "write min_group = 30")
        if self.threshold is not None and not 0 < self.threshold < 1:
            reason = f"is {self.threshold:g}, and parts no probabilities"
            raise ConfigError("fairness.threshold", reason, "write one between 0 and 1")

    def check_columns(self, slices: Sequence[str]) -> None:
        """Refuse columns that the suite does not read.

        Raises:
            ConfigError: one is not among ``slices``.
        """
        for name in self.by:
            for column in self._columns(name, slices):
                if column not in slices:
                    remedy = did_you_mean(column, slices) if slices else ""
                    remedy = remedy or f'add "{column}" to columns.slices'
                    reason = f"{column!r} is not among columns.slices"
                    raise ConfigError("fairness.by", reason, remedy)

    def metrics(self, sample_set: SampleSet, labels: Labels) -> tuple[Metric, ...]:
        """Count the groups, and return what is measured of them.

        Raises:
            ConfigError: ``positive`` is none of the labels, or a threshold has no label.
            DataError: a column leaves fewer than two groups that are large enough.
        """
        from harness.suites.metrics.group_calibration import GroupCalibration
        from harness.suites.metrics.group_fairness import GroupFairness
        from harness.suites.metrics.group_ranking import GroupRanking

        positive = self._positive(labels)
        groupings = tuple(self._groupings(sample_set, sample_set.dataset.name))
        decisions = GroupFairness(
            labels=labels.names,
            groupings=groupings,
            positive=positive,
            threshold=self.threshold,
        )
        calibration = GroupCalibration(labels=labels.names, groupings=groupings)
        if positive is None:
            return (decisions, calibration)
        ranking = GroupRanking(
            labels=labels.names,
            groupings=groupings,
            positive=positive,
            threshold=self.threshold,
        )
        return (decisions, ranking, calibration)

    def _positive(self, labels: Labels) -> str | None:
        if self.positive is not None and self.positive not in labels.names:
            reason = f"{self.positive!r} is not among the labels"
            raise ConfigError(
                "fairness.positive", reason, did_you_mean(self.positive, labels.names)
            )
        positive = self.positive or labels.positive
        if self.threshold is not None and positive is None:
            reason = f"needs one positive label, and there are {len(labels.names)} labels"
            raise ConfigError("fairness.threshold", reason, "write fairness.positive")
        return positive

    def _groupings(self, samples: Iterable[Sample], data: str) -> Iterable[Grouping]:
        counts: dict[str, Counter[str]] = {name: Counter() for name in self.by}
        columns: dict[str, tuple[str, ...]] = {}
        for sample in samples:
            for name in self.by:
                columns.setdefault(name, self._columns(name, tuple(sample.slices)))
                group = group_of(sample.slices, columns[name])
                if group is not None:
                    counts[name][group] += 1
        for name, sizes in counts.items():
            yield self._grouping(name, columns[name], sizes, data)

    def _grouping(
        self, name: str, columns: tuple[str, ...], sizes: Counter[str], data: str
    ) -> Grouping:
        large = tuple(sorted(group for group, n in sizes.items() if n >= self.min_group))
        small = tuple(f"{group} ({n})" for group, n in sorted(sizes.items()) if group not in large)
        if len(large) < _FEWEST:
            told = f"{len(large)} group{'' if len(large) == 1 else 's'}"
            named = f" ({large[0]})" if large else ""
            others = ", ".join(small[:_SHOWN]) + (", …" if len(small) > _SHOWN else "")
            beside = f" beside {others}" if small else ""
            raise DataError(
                f"{data} column {name!r}",
                f"has {told} of at least {self.min_group} samples{named}{beside}, and a gap needs"
                " two",
                "lower fairness.min_group, or compare by another column",
            )
        return Grouping(name=name, columns=columns, groups=large, left_out=small)

    @staticmethod
    def _columns(name: str, slices: Sequence[str]) -> tuple[str, ...]:
        return (name,) if name in slices else tuple(part.strip() for part in name.split(CROSS))
