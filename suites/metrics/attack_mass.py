"""Whether an attack strikes where the explanation of the text as it was points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained_pair import ExplainedPair, ExplainedSide
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.core.word_changes import changed_words
from harness.suites.metrics.of_pair import OVER, UNALIGNED, UNCHANGED, OfPair, mass_and_share

NOTHING = Unscored("the values of the words add up to nothing but rounding, or to no number")
UNTOLD = Unscored("the method has not explained what the model chose")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackMass(OfPair):
    """What share of an explanation stands on the words that an attack then changes."""

    name: ClassVar[str] = "attack_mass"
    definition: ClassVar[str] = "sizes of the values of the first choice, beyond rounding"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="attacked_mass",
            direction=Direction.NEITHER,
            definition="sizes of the values of the words that the attack changed, for what the"
            f" model chose before, over those of all words; {OVER}",
        ),
        Quantity(
            id="attacked_share",
            direction=Direction.NEITHER,
            definition="words that the attack changed, of all words: what attacked_mass is on"
            f" average for as many words drawn at random; {OVER}",
        ),
        Quantity(
            id="attacked_excess",
            direction=Direction.NEITHER,
            definition="attacked_mass less attacked_share: above 0, the attack strikes where the"
            f" explanation points; {OVER}",
            low=-1.0,
        ),
    )

    def _measured(self, pair: ExplainedPair, before: ExplainedSide, after: ExplainedSide) -> Score:
        del after
        changes = pair.changes
        if changes is None:
            return UNALIGNED
        parts = changed_words(changes)
        if not parts:
            return UNCHANGED
        values = before.values(before.label)
        if values is None:
            return UNTOLD
        found = mass_and_share(values, parts, before.scale)
        return NOTHING if found is None else Scored((*found, found[0] - found[1]))
