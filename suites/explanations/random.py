"""``random``: values drawn at random; what every method has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.core.capability import Capability
from harness.core.explained import Attribution
from harness.suites.explanations.masking import Masking

if TYPE_CHECKING:
    import random

    from harness.core.explainer import Explaining, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Random(Masking):
    """Ask nothing, and give each word a number between 0 and 1 for each output.

    Every other method is held against random ranks as well; this one shows what the report says of
    a method that knows nothing.
    """

    name: ClassVar[str] = "random"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability | None] = None
    draws: ClassVar[bool] = True

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Return the values; see ``Explainer``."""
        yield from ()
        values = tuple(tuple(rng.random() for _ in subject.outputs) for _ in subject.spans)
        return Attribution(values=values, is_in_output_unit=False)
