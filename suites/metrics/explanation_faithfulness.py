"""Whether the parts that an explanation ranks first are those that the answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained import SHARES, Explained
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.of_explanation import MIN_PARTS, UNRANKED, OfExplanation

_AOPC = f"mean over the first {', '.join(f'{share:.0%}' for share in SHARES)} of the parts"
_UNIT = "of the probability (of a written answer: of its log-probability)"
_RANDOM = "less the same with the parts ranked at random, mean over rankings that are the same for"
_BESIDE = f"{_RANDOM} every method"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationFaithfulness(OfExplanation):
    """Comprehensiveness and sufficiency, by themselves and beside random rankings.

    DeYoung et al. 2020 (ERASER), and their code's mean over thresholds, 0 % not counted in.
    """

    name: ClassVar[str] = "explanation_faithfulness"
    definition: ClassVar[str] = "aopc 1+5+10+20+50%, two parts or more"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="comprehensiveness",
            direction=Direction.HIGHER,
            definition=f"fall {_UNIT} when the parts ranked first are masked, {_AOPC}",
            low=None,
            high=None,
        ),
        Quantity(
            id="sufficiency",
            direction=Direction.LOWER,
            definition=f"fall {_UNIT} when all but the parts ranked first are masked, {_AOPC}",
            low=None,
            high=None,
        ),
        Quantity(
            id="comprehensiveness_gain",
            direction=Direction.HIGHER,
            definition=f"comprehensiveness {_BESIDE}",
            low=None,
            high=None,
        ),
        Quantity(
            id="sufficiency_gain",
            direction=Direction.LOWER,
            definition=f"sufficiency {_BESIDE}; below 0 is better than chance",
            low=None,
            high=None,
        ),
    )

    def _measured(self, explained: Explained) -> Score:
        if len(explained.spans) < MIN_PARTS:
            return UNRANKED
        whole = explained.whole[explained.chosen]
        own = fall(whole, explained.trial.without), fall(whole, explained.trial.alone)
        return Scored(
            (
                *own,
                own[0] - _mean_fall(whole, [each.without for each in explained.random]),
                own[1] - _mean_fall(whole, [each.alone for each in explained.random]),
            )
        )


def fall(whole: float, outputs: Sequence[float]) -> float:
    """Return how far outputs lie below that of the whole text, in the mean."""
    return sum(whole - output for output in outputs) / len(outputs)


def _mean_fall(whole: float, trials: Sequence[Sequence[float]]) -> float:
    return sum(fall(whole, outputs) for outputs in trials) / len(trials)
