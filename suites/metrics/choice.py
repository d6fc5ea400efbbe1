"""Accuracy of multiple choice, plain and normalised by length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.estimate import Interval
from harness.core.response import LogLikelihoods, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.proportion import proportion_interval
from harness.suites.metrics.additive import Additive, Floats, Integers

_PROPORTIONS = ("accuracy", "accuracy_norm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Additive):
    """Right when the likeliest choice is the target; the first one wins a tie."""

    name: ClassVar[str] = "choice"
    columns: ClassVar[tuple[str, ...]] = ("accuracy", "accuracy_norm", "chance", "one")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="accuracy",
            direction=Direction.HIGHER,
            definition="share of questions whose likeliest choice is the target (lm-eval: acc)",
            is_headline=True,
        ),
        Quantity(
            id="accuracy_norm",
            direction=Direction.HIGHER,
            definition="as accuracy, log-likelihoods divided by the choice's length in characters"
            " (lm-eval: acc_norm)",
            is_headline=True,
        ),
        Quantity(
            id="chance",
            direction=Direction.NEITHER,
            definition="what guessing would score: mean of 1 / number of choices",
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """Nothing can be set."""
        return {"norm": "characters"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return (right, right when normalised, chance, 1)."""
        if not isinstance(output, LogLikelihoods):
            return Unscored(f"log-likelihoods are needed, not a {type(output).__name__}")
        totals = [score.log_likelihood for score in output.scores]
        if len(totals) != len(sample.choices):
            return Unscored(f"{len(totals)} scores came back for {len(sample.choices)} choices")
        per_length = [
            total / max(1, len(choice))
            for total, choice in zip(totals, sample.choices, strict=True)
        ]
        target = sample.targets[0]
        return Scored(
            (
                float(sample.choices[totals.index(max(totals))] == target),
                float(sample.choices[per_length.index(max(per_length))] == target),
                1 / len(totals),
                1.0,
            )
        )

    def value(self, sums: Floats) -> Floats:
        """Divide the sums by the number of questions."""
        return sums[:, :3] / sums[:, 3:]

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson intervals of both accuracies."""
        found = {}
        for column, name in enumerate(_PROPORTIONS):
            interval = proportion_interval(statistics[:, column], clusters, level)
            if interval is not None:
                found[name] = interval
        return found
