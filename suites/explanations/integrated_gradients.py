"""Integrated gradients: what the parts do to the score on the way from a baseline to the text."""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.explained import Attribution
from harness.core.explainer import Explaining, Subject, UnexplainableError
from harness.core.request import InsideQuestion
from harness.core.response import InsideAnswer
from harness.core.token_gradients import TokenGradients
from harness.suites.explanations.chosen_gradients import chosen_gradients
from harness.suites.explanations.masking import Masking
from harness.suites.explanations.token_parts import part_values


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegratedGradients(Masking):
    """The gradient of the chosen label's log-probability, integrated along the straight path.

    From a text of padding (or mask) tokens to the text itself, times the difference of their
    embeddings (Sundararajan et al. 2017), by Gauss-Legendre quadrature; summed over the tokens of
    each part. Exact values add up to the difference of both scores, so the distance from it is
    their error: the points on the path are doubled until it is small enough.
    """

    name: ClassVar[str] = "integrated_gradients"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability] = Capability.DIFFERENTIATES
    draws: ClassVar[bool] = False

    tolerance: float = 0.01
    """Error that is small enough, as a share of the difference of both scores."""
    n_steps: int = 16
    """Points on the path to begin with."""
    max_steps: int = 256
    """Most points. The error that is left then stands in the report."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 < self.tolerance < 1:
            raise ConfigError(
                "tolerance", f"must be between 0 and 1, not {self.tolerance}", "write 0.01"
            )
        if self.n_steps < 2:  # noqa: PLR2004 - one point is the text itself, and no path
            raise ConfigError("n_steps", f"must be at least 2, not {self.n_steps}", "write 16")
        if self.max_steps < self.n_steps:
            raise ConfigError(
                "max_steps", f"is below n_steps = {self.n_steps}", "write max_steps = 256"
            )

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Double the points until the values add up."""
        del rng
        found = yield from self._integrated(subject)
        if found.baseline_score is None:
            raise UnexplainableError("the model gave gradients without a path")
        pieces = [
            ((token.start, token.end), (token.integrated or 0.0,))
            for token in found.tokens
            if token.start is not None and token.end is not None
        ]
        return Attribution(
            values=part_values(subject.spans, pieces),
            columns=(subject.chosen,),
            base=(found.baseline_score,),
            total=(found.score,),
            is_capped=_error(found) > self.tolerance,
            is_in_output_unit=False,
        )

    def _integrated(
        self, subject: Subject
    ) -> Generator[Sequence[InsideQuestion], Sequence[InsideAnswer], TokenGradients]:
        n_steps = self.n_steps
        best = yield from chosen_gradients(subject, n_steps)
        while _error(best) > self.tolerance and n_steps < self.max_steps:
            n_steps = min(2 * n_steps, self.max_steps)
            finer = yield from chosen_gradients(subject, n_steps)
            best = min(best, finer, key=_error)
        return best


def _error(found: TokenGradients) -> float:
    """Return the completeness error; 0 where both scores are equal, of which it is no share."""
    return found.completeness_error or 0.0
