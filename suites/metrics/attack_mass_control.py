"""Whether a random search over an attack's own changes strikes where the explanation points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained_pair import ExplainedPair, ExplainedSide
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.core.word_changes import changed_words
from harness.suites.metrics.attack_mass import NOTHING, UNTOLD
from harness.suites.metrics.of_pair import OVER, UNALIGNED, UNCHANGED, OfPair, mass_and_share

_OF = f"{OVER} whose random search changed a word"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackMassControl(OfPair):
    """The same of words that the recipe might have changed and that chance has chosen.

    A recipe leaves stop words alone, and words that it knows no change for: what it strikes weighs
    more than other words do, whatever it knows of the model. The random search leaves them alone
    as well.
    """

    name: ClassVar[str] = "attack_mass_control"
    definition: ClassVar[str] = "random search over the same changes, beyond rounding"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_excess",
            direction=Direction.NEITHER,
            definition="attacked_excess of the words that a random search over the same changes"
            f" came out with, after as many queries; {_OF}",
            low=-1.0,
        ),
        Quantity(
            id="excess_over_control",
            direction=Direction.NEITHER,
            definition=f"attacked_excess less control_excess, of the same pair; {_OF}",
            low=-2.0,
            high=2.0,
        ),
    )

    def _measured(self, pair: ExplainedPair, before: ExplainedSide, after: ExplainedSide) -> Score:
        del after
        changes, by_chance = pair.changes, pair.control_changed
        if by_chance is None:
            return Unscored("there is no random search to hold beside the attack", is_moot=True)
        if changes is None:
            return UNALIGNED
        parts = changed_words(changes)
        if not parts or not by_chance:
            return UNCHANGED
        values = before.values(before.label)
        if values is None:
            return UNTOLD
        own, other = (mass_and_share(values, each, before.scale) for each in (parts, by_chance))
        if own is None or other is None:
            return NOTHING
        chance = other[0] - other[1]
        return Scored((chance, own[0] - own[1] - chance))
