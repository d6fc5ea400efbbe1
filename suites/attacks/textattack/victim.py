"""The model as TextAttack sees it: a ``ModelWrapper`` that passes questions on to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from math import nextafter
from typing import TYPE_CHECKING

from harness.core.attacked import Guess

if TYPE_CHECKING:
    import torch

RIGHT = 1
"""The class that stands for the right label; class 0 and those behind stand for wrong ones."""
_LEAST = 1e-3
"""A label that is named right although hardly any probability goes to it is given so much."""


class Victim:
    """Lets whoever has switched to this greenlet answer, and goes on when it switches back.

    It is registered as a ``ModelWrapper`` of TextAttack once that is imported.
    """

    def __init__(self) -> None:
        self.model = self
        self.known: dict[str, Guess] = {}
        """What may be answered without asking: the clean text."""
        self.is_gone = False
        """Whether nobody will answer any more."""

    def __call__(self, text_input_list: Sequence[str], **_: object) -> torch.Tensor:
        """Return one row of class probabilities for each text."""
        from greenlet import GreenletExit, getcurrent

        texts = list(text_input_list)
        if len(texts) == 1 and texts[0] in self.known:
            # The first question is always about the clean text, and that is answered already.
            return rows([self.known.pop(texts[0])])
        if self.is_gone:
            raise GreenletExit
        return rows(getcurrent().parent.switch(texts))


def rows(guesses: Sequence[Guess]) -> torch.Tensor:
    """Return guesses as class probabilities, in double precision.

    The largest stands where the guess says: at ``RIGHT`` or before it. What it gives to the right
    label stands at ``RIGHT``, unaltered but where several labels are right together.
    """
    import torch

    shares = [_shares(guess) for guess in guesses]
    width = max(map(len, shares), default=0)
    filled = [row + [0.0] * (width - len(row)) for row in shares]
    return torch.tensor(filled, dtype=torch.float64)


def _shares(guess: Guess) -> list[float]:
    if not guess.is_right:
        # Of equals TextAttack takes the first, which is the wrong one.
        p_right = min(guess.p_right, 0.5)
        return [1 - p_right, p_right]
    p_right = max(guess.p_right, _LEAST)
    least_below = nextafter(p_right, 0)
    shares = [min(1 - p_right, least_below), p_right]
    left = 1 - sum(shares)
    while left > 0:
        shares.append(min(left, least_below))
        left -= shares[-1]
    return shares
