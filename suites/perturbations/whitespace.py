"""Spaces too many, or too few."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.share import check_share, some_of
from harness.suites.perturbations.words import spliced

_GAP = re.compile(r"(?<=\S)\s+(?=\S)")
_EXTRA = (" ", "  ", "\t", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whitespace(Disturbance):
    """Widens or closes some of the gaps between words; everything else stays."""

    name: ClassVar[str] = "whitespace"
    version: ClassVar[int] = 1

    rate: float = 0.3
    """Share of the gaps that change, in (0, 1]."""
    kind: Literal["extra", "missing"] = "extra"
    """``extra``: one or two more spaces, a tab or a line's end in the gap. ``missing``: no gap."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_share("rate", self.rate)

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text with other gaps."""
        gaps = list(_GAP.finditer(text))
        chosen = some_of(gaps, self.rate, len(gaps), rng)
        if self.kind == "missing":
            return spliced(text, [(*gap.span(), "") for gap in chosen])
        return spliced(text, [(*gap.span(), gap[0] + rng.choice(_EXTRA)) for gap in chosen])
