"""A model of words that is far from additive, and one text explained on it without an engine."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, exp, sin
from typing import Any
from zlib import crc32

import numpy as np

from harness.core.explained import Attribution
from harness.core.explainer import Explainer, Subject

OUTPUTS = ("no", "yes", "never")

Game = Callable[[Any], Any]
"""Returns outputs, (m, C), of masks, (m, T)."""


@dataclass(frozen=True)
class Played:
    """An explanation, and what it took."""

    attribution: Attribution
    rounds: tuple[int, ...]
    """Masks of each."""


def said_of(texts: Sequence[str]) -> Any:
    """Return probabilities, (m, 3): of words and of neighbours, wound up so that nothing adds."""
    return np.array([_shares(re.findall(r"\w+|\.{3}", text)) for text in texts])


def _shares(words: Sequence[str]) -> list[float]:
    weights = [_weight(word) for word in words]
    weights += [_weight(f"{one} {other}") for one, other in pairwise(words)]
    level = sum(weights)
    scores = [exp(sin(level)), exp(cos(2 * level)), exp(sin(level / 3))]
    return [score / sum(scores) for score in scores]


def _weight(words: str) -> float:
    return crc32(words.encode()) / 2**32 - 0.5


def played(
    explainer: Explainer, text: str, game: Game | None = None, rng: random.Random | None = None
) -> Played:
    """Carry an explanation through, by a game of masks or by ``said_of``."""
    spans = explainer.parts(text)
    play = game or (lambda masks: said_of(explainer.masked(text, spans, masks)))
    everything = np.ones((1, len(spans)), dtype=bool)
    whole, blank = (tuple(play(masks)[0].tolist()) for masks in (everything, ~everything))
    subject = Subject(
        text=text,
        spans=spans,
        outputs=tuple(f"{number}" for number in range(len(whole))),
        chosen=0,
        whole=whole,
        blank=blank,
    )
    course = explainer.explain(subject, rng or random.Random(0))
    rounds: list[int] = []
    answer = None
    while True:
        try:
            masks = course.send(answer)  # type: ignore[arg-type] # None starts it
        except StopIteration as end:
            return Played(end.value, tuple(rounds))
        assert isinstance(masks, np.ndarray)
        assert masks.dtype == bool
        answer = play(masks)
        rounds.append(len(masks))
