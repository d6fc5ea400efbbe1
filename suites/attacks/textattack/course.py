"""One attack of TextAttack on one text, as a search that this engine can interrupt.

TextAttack calls its model and waits for the answer. Here it runs in a greenlet of its own: its
model hands the texts over to the generator that the engine drives, and the greenlet sleeps until
their answers are there. So many attacks are under way at once, in one thread.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.core.attacked import Found, Guess
from harness.core.silence import silenced
from harness.suites.attacks.textattack.chance import Chance
from harness.suites.attacks.textattack.importing import LOGGER
from harness.suites.attacks.textattack.victim import RIGHT

if TYPE_CHECKING:
    from greenlet import greenlet

    from harness.core.ports import Search


@dataclass(frozen=True, slots=True)
class Finding:
    """What TextAttack's result means here."""

    least_share: float | None
    """Share of the words that has to be gone for a success, where the model is to stay right; None
    where TextAttack tells what is a success."""

    def of(self, result: Any) -> Found:
        """Return a ``textattack.attack_results.AttackResult`` as what was found."""
        original = result.original_result.attacked_text
        perturbed = result.perturbed_result.attacked_text
        n_changed = n_changed_words(original, perturbed)
        if self.least_share is None:
            has_succeeded = type(result).__name__ == "SuccessfulAttackResult"
        else:
            has_succeeded = 0 < n_changed >= self.least_share * original.num_words
        return Found(
            has_succeeded=has_succeeded,
            text=perturbed.text,
            n_changed=n_changed,
            n_words=original.num_words,
        )


def n_changed_words(original: Any, perturbed: Any) -> int:
    """Return how many words of a ``textattack.shared.AttackedText`` are others in another, or gone.

    TextAttack's own map of places tells which word has become which; a text that was put together
    anew has none, and is compared by the edit distance of its words.
    """
    places = perturbed.attack_attrs["original_index_map"]
    if len(places) != original.num_words:
        return int(original.words_diff_num(perturbed))
    words = perturbed.words
    return sum(
        not 0 <= place < len(words) or words[place] != word
        for word, place in zip(original.words, places, strict=True)
    )


def course(attack: Any, text: str, clean: Guess, rng: random.Random, finding: Finding) -> Search:
    """Carry out an attack on one text.

    Args:
        attack: a ``textattack.Attack`` that no other text has, with a ``Victim`` as its model.
        text: the sample's.
        clean: what the model takes it for.
        rng: seeds the generators that TextAttack draws from.
        finding: reads TextAttack's result.
    """
    from greenlet import GreenletExit, greenlet

    victim = attack.goal_function.model
    victim.known[text] = clean
    chance = Chance.drawn(rng)
    running = greenlet(attack.attack)
    try:
        asked = _stepped(running, chance, lambda: running.switch(text, RIGHT))
        while not running.dead:
            guesses: Sequence[Guess] = yield asked
            asked = _stepped(running, chance, lambda: running.switch(guesses))  # noqa: B023 - called at once
    finally:
        victim.is_gone = True
        if not running.dead:
            _stepped(running, chance, lambda: running.throw(GreenletExit))
    return finding.of(asked)


def _stepped(running: greenlet, chance: Chance, step: Callable[[], Any]) -> Any:
    """Take TextAttack to its next question, or to its result."""
    from greenlet import getcurrent

    running.parent = getcurrent()
    with silenced(LOGGER), chance.in_place():
        return step()
