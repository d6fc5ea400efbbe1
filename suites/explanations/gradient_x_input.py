"""Gradient times input: what the parts do to the score, to first order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.explained import Attribution
from harness.core.explainer import Explaining, Subject
from harness.suites.explanations.chosen_gradients import chosen_gradients
from harness.suites.explanations.masking import Masking
from harness.suites.explanations.token_parts import part_values


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientXInput(Masking):
    """One gradient of the chosen label's log-probability in the input embeddings, times these.

    Summed over the dimensions of each token, and over the tokens of each part (Shrikumar et al.
    2016). The values are about the chosen label only, and need not add up to anything.
    """

    name: ClassVar[str] = "gradient_x_input"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability] = Capability.DIFFERENTIATES
    draws: ClassVar[bool] = False

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Ask for the one gradient."""
        del rng
        found = yield from chosen_gradients(subject)
        pieces = [
            ((token.start, token.end), (token.times_input,))
            for token in found.tokens
            if token.start is not None and token.end is not None
        ]
        return Attribution(
            values=part_values(subject.spans, pieces),
            columns=(subject.chosen,),
            is_in_output_unit=False,
        )
