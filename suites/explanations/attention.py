"""Raw attention: where the last layer looks from the token that the answer is read from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attention import AttentionMap
from harness.core.explainer import Explaining, Subject
from harness.suites.explanations.attention_maps import AttentionMethod

_MOST_LAYERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention(AttentionMethod):
    """Attention in the last layer, mean over heads, from the token that the answer is read from.

    That is the first token for most encoders, the last for decoders. It describes what a layer
    does: that a model looks at a word does not say that the answer hangs on it, nor on which side
    the word is (Jain and Wallace 2019). What goes to special tokens belongs to no part. The record
    keeps the maps of the layers, of no more than 12, evenly spaced, the last one among them.
    """

    name: ClassVar[str] = "attention"
    version: ClassVar[int] = 2

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Ask once."""
        del rng
        return (yield from self._attribution(subject, lambda token: token.last, _layers))


def _layers(maps: Sequence[AttentionMap]) -> tuple[AttentionMap, ...]:
    layers = [each for each in maps if each.layer is not None]
    step = -(-len(layers) // _MOST_LAYERS) or 1
    return tuple(layers[::-1][::step][::-1])
