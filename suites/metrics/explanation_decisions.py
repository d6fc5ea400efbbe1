"""Whether the parts that an explanation ranks first decide what the model chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained import SHARES, Explained
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.of_explanation import MIN_PARTS, UNRANKED, OfExplanation

_SHARE = 0.20
_AT = SHARES.index(_SHARE)
_FIRST = f"the {_SHARE:.0%} of the parts that are ranked first"
_RANDOM = "less the same with the parts ranked at random, mean over rankings"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationDecisions(OfExplanation):
    """How often the choice turns without the first parts, and how often it stays with them alone.

    Of an answer that is text there is nothing to choose from, and no such number.
    """

    name: ClassVar[str] = "explanation_decisions"
    definition: ClassVar[str] = "first 20%, two parts or more"
    shares: ClassVar[tuple[str, ...]] = ("turned_rate", "kept_rate")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="turned_rate",
            direction=Direction.HIGHER,
            definition=f"share of texts of which the model says something else when {_FIRST} are"
            " masked",
        ),
        Quantity(
            id="turned_gain",
            direction=Direction.HIGHER,
            definition=f"turned_rate {_RANDOM}",
            low=-1.0,
        ),
        Quantity(
            id="kept_rate",
            direction=Direction.HIGHER,
            definition=f"share of texts of which the model says the same when all but {_FIRST} are"
            " masked",
        ),
        Quantity(
            id="kept_gain",
            direction=Direction.HIGHER,
            definition=f"kept_rate {_RANDOM}",
            low=-1.0,
        ),
    )

    def _measured(self, explained: Explained) -> Score:
        if len(explained.outputs) == 1:
            return Unscored("there is one output, and nothing to choose from", is_moot=True)
        if len(explained.spans) < MIN_PARTS:
            return UNRANKED
        is_turned, is_kept = explained.trial.is_turned[_AT], explained.trial.is_kept[_AT]
        turned = _share([each.is_turned for each in explained.random])
        kept = _share([each.is_kept for each in explained.random])
        return Scored((float(is_turned), is_turned - turned, float(is_kept), is_kept - kept))


def _share(trials: Sequence[Sequence[bool]]) -> float:
    return sum(each[_AT] for each in trials) / len(trials)
