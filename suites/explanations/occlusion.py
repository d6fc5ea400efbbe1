"""Occlusion: what the outputs lose when one part is masked (Zeiler and Fergus 2014)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.capability import Capability
from harness.core.explained import Attribution
from harness.core.explainer import Explaining, Subject
from harness.suites.explanations.masking import Masking


@dataclass(frozen=True, slots=True, kw_only=True)
class Occlusion(Masking):
    """Mask each part by itself: as many questions as parts.

    What only two parts together say is nobody's.
    """

    name: ClassVar[str] = "occlusion"
    version: ClassVar[int] = 1
    needs: ClassVar[Capability | None] = None
    draws: ClassVar[bool] = False

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Return the values; see ``Explainer``."""
        del rng
        outputs = yield ~np.eye(len(subject.spans), dtype=bool)
        losses = np.asarray(subject.whole) - outputs
        return Attribution(values=tuple(map(tuple, losses.tolist())))
