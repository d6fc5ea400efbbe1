"""How far the adversarial texts are from the originals, told without any model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.open_text import OpenText
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.mean_of_part import MeanOfPart
from harness.suites.metrics.of_attack import OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackChange(OfAttack, MeanOfPart):
    """Of the attack's successes, how much of the original they have changed."""

    name: ClassVar[str] = "attack_change"
    of: ClassVar[str] = "successes"
    bootstrapped: ClassVar[tuple[str, ...]] = (
        "perturbed_word_rate",
        "words_changed",
        "characters_kept",
    )
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="perturbed_word_rate",
            direction=Direction.NEITHER,
            definition="mean over successes of words of the original that are changed or gone / its"
            " words; where each becomes one word, as TextAttack 0.3.11's average perturbed word %,"
            " which compares place by place: there all words behind one that came in or went out"
            " count, and one gone from the end does not",
            high=None,
        ),
        Quantity(
            id="words_changed",
            direction=Direction.NEITHER,
            definition="mean over successes of the words of the original that are changed or gone",
            high=None,
        ),
        Quantity(
            id="characters_kept",
            direction=Direction.NEITHER,
            definition="mean over successes of the characters before the first change and after"
            " the last one / characters of the longer of the two texts; what a template puts before"
            " the first cell and behind the last one is left out of both",
        ),
    )

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        if attacked.outcome is not Outcome.SUCCEEDED:
            return Scored((0.0, 0.0, 0.0, 0.0))
        if not attacked.n_words:
            return Unscored("the recipe finds no word in the original")
        share = attacked.n_changed / attacked.n_words
        kept = _kept(*_between_fixed_ends(sample, attacked.text))
        return Scored((share, float(attacked.n_changed), kept, 1.0))


def _between_fixed_ends(sample: Sample, changed: str) -> tuple[str, str]:
    """Return the original and a changed text without what a template puts around its cells."""
    spans = OpenText.of(sample).spans
    start = spans[0][0]
    n_behind = len(sample.text) - spans[-1][1]
    return sample.text[start : spans[-1][1]], changed[start : len(changed) - n_behind]


def _kept(original: str, changed: str) -> float:
    """Return the share of two texts outside of the stretch from first to last difference."""
    ahead = _n_alike(original, changed)
    behind = _n_alike(original[ahead:][::-1], changed[ahead:][::-1])
    return (ahead + behind) / max(len(original), len(changed), 1)


def _n_alike(a: str, b: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((place for place, (x, y) in pairs if x != y), min(len(a), len(b)))
