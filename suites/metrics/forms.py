"""How much the score of a model hangs on the form in which it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from harness.core.estimate import Interval
from harness.core.figure import Figure, FigureKind
from harness.core.identity import hash_json
from harness.core.ports import Metric
from harness.core.response import AnswerGroup, Classification, Generation, Output
from harness.core.sample import Sample
from harness.core.score import Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.form_quantities import UNREAD, form_quantities
from harness.suites.metrics.form_statistics import (
    agreement,
    form_means,
    spread_if_equal,
    spread_test,
)
from harness.suites.metrics.mean_of_values import mean_interval

_N_OVERALL = 2
"""Columns behind those of the scores: alike in all, and the share of pairs that agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The same samples scored in several equivalent forms, the suite's own form first."""

    name: ClassVar[str] = "forms"
    is_additive: ClassVar[bool] = False

    names: tuple[str, ...] = ("1", "2")
    """Of the forms, in their order; at least two."""
    shown: tuple[str, ...] = ()
    """What each form looks like; empty where the names say all."""
    score: str = "accuracy"
    """The number that is told of each form: ``accuracy`` of labels and choices, or a quantity of
    the metric ``scored_by``."""
    scored_by: Mapping[str, Any] = field(default_factory=dict)
    """For generated text: the metric that scores one answer, its name and options."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Of the forms together; of labels also how many answers name none."""
        return (*form_quantities(self.score), *((UNREAD,) if self._has_unread else ()))

    @property
    def _has_unread(self) -> bool:
        """Whether a text may name no label; where a metric scores the text any is an answer."""
        return not self.scored_by

    @property
    def columns(self) -> tuple[str, ...]:
        """A score for each form, how far the answers agree, and by form whether one is unread."""
        numbers = range(1, len(self.names) + 1)
        unread = [f"unread_{number}" for number in numbers] if self._has_unread else []
        return (*(f"form_{number}" for number in numbers), "is_alike", "agreement", *unread)

    @property
    def signature(self) -> Mapping[str, str]:
        """Which forms, and what each is scored by."""
        forms = hash_json([list(self.names), list(self.shown)])[:12]
        by = hash_json(dict(self.scored_by))[:12] if self.scored_by else "labels"
        unread = {"unread": "wrong"} if self._has_unread else {}
        n_forms = str(len(self.names))
        return {"n_forms": n_forms, "forms": forms, "score": self.score, "by": by, **unread}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the score in each form, how far the answers agree, and which name no label."""
        if not isinstance(output, AnswerGroup) or len(output.answers) != len(self.names):
            return Unscored(f"{len(self.names)} answers are needed, one to each form")
        scores = [self._score(sample, answer) for answer in output.answers]
        missing = next((one for one in scores if isinstance(one, Unscored)), None)
        if missing is not None:
            return missing
        known = [one for one in scores if not isinstance(one, Unscored)]
        answers = [_answer(answer) for answer in output.answers]
        is_alike = float(len(set(answers)) == 1)
        unread = [float(isinstance(answer, Generation)) for answer in output.answers]
        known += [is_alike, agreement(answers), *(unread if self._has_unread else ())]
        return Scored(tuple(known))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        scores, others, unread = self._parted(statistics)
        means = form_means(scores, weights)
        low, high = means.min(axis=1), means.max(axis=1)
        overall = form_means(others, weights)
        return np.column_stack(
            (
                means[:, 0],
                low,
                high,
                means.mean(axis=1),
                high - low,
                spread_if_equal(scores, weights),
                overall,
                *((form_means(unread, weights).mean(axis=1),) if self._has_unread else ()),
            )
        )

    def _parted(self, statistics: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the scores of the forms, what is of all of them, and which are unread."""
        n = len(self.names)
        ends = n, n + _N_OVERALL
        return statistics[:, : ends[0]], statistics[:, ends[0] : ends[1]], statistics[:, ends[1] :]

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's or Hall's t interval of what is a mean; the rest is bootstrapped."""
        scores, others, unread = self._parted(statistics)
        means = {
            f"{self.score}_first": scores[:, 0],
            f"{self.score}_mean": scores.mean(axis=1),
            "consistency": others[:, 0],
            "agreement": others[:, 1],
        }
        if self._has_unread:
            means[UNREAD.id] = unread.mean(axis=1)
        if not np.ptp(scores, axis=1).any():
            # No resample has a spread either; it cannot be above the share of samples that differ.
            means["spread"] = np.zeros(len(scores))
        found = {name: mean_interval(each, clusters, level) for name, each in means.items()}
        return {name: interval for name, interval in found.items() if interval is not None}

    def notes(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, str]:
        """Return the permutation test beside the spread, which is biased upward by itself."""
        test = spread_test(self._parted(statistics)[0], clusters, level)
        return {
            "spread": f"permutation test: p = {test.p_value:.2g}, of equal forms"
            f" {test.low:.2g} to {test.high:.2g}"
        }

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the chart, its intervals at 95 %."""
        return self.charts(statistics, None, 0.95)

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return the score in each form, and the test of their spread."""
        scores, _, unread = self._parted(statistics)
        n_unread = unread.sum(axis=0).astype(int).tolist() if self._has_unread else []
        test = spread_test(scores, clusters, level)
        data: dict[str, object] = {
            "quantity": self.score,
            "n": len(scores),
            "forms": [
                {
                    "label": name,
                    "shown": self.shown[number] if self.shown else "",
                    "value": float(scores[:, number].mean()),
                    **_ends(mean_interval(scores[:, number], clusters, level)),
                    **({"n_unread": n_unread[number]} if n_unread else {}),
                }
                for number, name in enumerate(self.names)
            ],
            "spread": test.spread,
            "if_equal": {
                "low": test.low,
                "high": test.high,
                "p_value": test.p_value,
                "n_permutations": test.n_permutations,
            },
        }
        title = f"{self.score} in {len(self.names)} forms"
        return (Figure(kind=FigureKind.FORMS, title=title, data=data),)

    def _score(self, sample: Sample, answer: Output) -> float | Unscored:
        if isinstance(answer, Classification):
            return float(answer.label == sample.targets[0])
        if self._has_unread and isinstance(answer, Generation):
            return 0.0
        if not self.scored_by:
            return Unscored(f"a label is needed, not a {type(answer).__name__}")
        metric = scoring_metric(self.scored_by)
        found = metric.measure(sample, answer)
        if isinstance(found, Unscored):
            return found
        ids = [quantity.id for quantity in metric.quantities]
        return found.statistics[ids.index(self.score)]


def scoring_metric(entry: Mapping[str, Any]) -> Metric:
    """Make the metric that scores one answer.

    Raises:
        ConfigError: there is none of that name, or with these options.
    """
    from harness.suites.metric_names import choose_metrics

    return choose_metrics((entry,), {}).per_sample[0]


def _answer(output: Output) -> object:
    """Return what a model has answered: the label, or the text, white space at both ends aside."""
    if isinstance(output, Classification):
        return output.label
    return output.text.strip() if isinstance(output, Generation) else output


def _ends(interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"low": None, "high": None}
    return {"low": interval.low, "high": interval.high}
