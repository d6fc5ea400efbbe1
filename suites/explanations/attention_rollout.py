"""Attention rollout: where a model looks through all of its layers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attention import AttentionMap
from harness.core.explainer import Explaining, Subject
from harness.suites.explanations.attention_maps import AttentionMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRollout(AttentionMethod):
    """Attention of all layers multiplied, from the token that the answer is read from.

    Each layer counts by half, mean over heads, and the other half stays with each token, as the
    residual connection does (Abnar and Zuidema 2020). It describes how tokens mix, whatever the
    answer: it has no sign and no label. What goes to special tokens belongs to no part. The record
    keeps the map of the whole product.
    """

    name: ClassVar[str] = "attention_rollout"
    version: ClassVar[int] = 2

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Ask once."""
        del rng
        return (yield from self._attribution(subject, lambda token: token.rollout, _whole))


def _whole(maps: Sequence[AttentionMap]) -> tuple[AttentionMap, ...]:
    return tuple(each for each in maps if each.layer is None)
