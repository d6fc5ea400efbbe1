"""Measures each answer once and keeps the statistics in columns, small enough for millions."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.core.ports import Metric
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Scored, Unscored
from harness.engine.breakdown import BROKE_DOWN, sentence_of


@dataclass(slots=True)
class MetricColumns:
    """The statistics of one metric."""

    metric: Metric
    rows: array[float] = field(default_factory=lambda: array("d"))
    """k numbers per scored sample, one sample after the other."""
    owners: array[int] = field(default_factory=lambda: array("q"))
    """For each scored sample, its place among all samples answered or failed."""
    n_moot: int = 0
    n_missed: int = 0
    """Answers without a score that could have had one; not those that were cut short."""
    why_missed: str = ""
    """What the metric said of the first of them."""

    @property
    def is_moot(self) -> bool:
        """Whether the metric was asked for what this model does not have."""
        return bool(self.n_moot) and not self.owners and not self.n_missed


@dataclass(slots=True)
class Codes:
    """Texts as small numbers."""

    values: dict[str, int] = field(default_factory=dict)
    codes: array[int] = field(default_factory=lambda: array("q"))

    def add(self, text: str) -> None:
        """Append the code of ``text``."""
        self.codes.append(self.values.setdefault(text, len(self.values)))

    def pad(self, length: int) -> None:
        """Append -1, for no text at all, up to this length."""
        self.codes.extend([-1] * (length - len(self.codes)))


class Scoreboard:
    """What one suite on one model has come to so far."""

    def __init__(self, metrics: Sequence[Metric], *, keep_outputs: bool) -> None:
        self.columns = [MetricColumns(metric) for metric in metrics]
        self.indices = array("q")
        self.clusters = Codes()
        self.slices: dict[str, Codes] = {}
        self.outputs: list[tuple[Sample, Output]] | None = [] if keep_outputs else None
        """What corpus metrics need; kept only when there is one."""
        self._names = [[f"{m.name}.{column}" for column in m.columns] for m in metrics]

    def __len__(self) -> int:
        """Samples taken in, scored or not."""
        return len(self.indices)

    def add(
        self, sample: Sample, reading: Output | Unscored
    ) -> tuple[Mapping[str, float], Mapping[str, str]]:
        """Measure one sample.

        Returns:
            Statistics by ``metric.column``, and reasons by metric where there are none.
        """
        place = len(self.indices)
        self._place(sample)
        if isinstance(reading, Unscored):
            return {}, {column.metric.name: reading.reason for column in self.columns}
        if self.outputs is not None:
            self.outputs.append((sample, reading))
        scores: dict[str, float] = {}
        unscored: dict[str, str] = {}
        for names, column in zip(self._names, self.columns, strict=True):
            score = _measured(column.metric, sample, reading)
            if isinstance(score, Scored):
                column.rows.extend(score.statistics)
                column.owners.append(place)
                scores.update(zip(names, score.statistics, strict=True))
            elif score.is_moot:
                column.n_moot += 1
            else:
                column.n_missed += not score.is_cut_short
                column.why_missed = column.why_missed or score.reason
                unscored[column.metric.name] = score.reason
        return scores, unscored

    def _place(self, sample: Sample) -> None:
        self.indices.append(sample.index)
        self.clusters.add(sample.id if sample.cluster is None else sample.cluster)
        for name, value in sample.slices.items():
            codes = self.slices.setdefault(name, Codes())
            codes.pad(len(self.indices) - 1)
            codes.add(value)


def _measured(metric: Metric, sample: Sample, reading: Output) -> Score:
    """Measure; a defect of the metric costs this score, not the answer and not the run."""
    try:
        return metric.measure(sample, reading)
    except (Exception, SystemExit) as defect:  # noqa: BLE001 - a stranger's metric may raise anything
        return Unscored(f"the metric {BROKE_DOWN}: {sentence_of(defect)}")
