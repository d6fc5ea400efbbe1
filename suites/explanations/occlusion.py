"""``occlusion``: what the outputs lose when one part is masked (Zeiler and Fergus 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from harness.core.capability import Capability
from harness.core.explained import Attribution
from harness.suites.explanations.asking import outputs_of
from harness.suites.explanations.masking import Masking

if TYPE_CHECKING:
    import random

    from harness.core.explainer import Explaining, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Occlusion(Masking):
    """Mask each word by itself: as many questions as words.

    Also called leave one out. What only two words together say counts for both of them, and what
    is said twice for neither, so that the values need not add up to anything.
    """

    name: ClassVar[str] = "occlusion"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability | None] = None
    draws: ClassVar[bool] = False

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Return the values; see ``Explainer``."""
        del rng
        outputs = yield from outputs_of(~np.eye(len(subject.spans), dtype=np.bool_))
        losses = np.asarray(subject.whole) - outputs
        return Attribution(values=tuple(map(tuple, losses.tolist())))
