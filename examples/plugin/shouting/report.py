"""``one_line``: a run in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLineRenderer:
    """Names the run, how it ended, and its headline numbers."""

    suffix: ClassVar[str] = ".txt"

    def render(self, run: Run) -> str:
        """Return the whole document: a pure function of what is stored."""
        numbers = [
            f"{estimate.quantity.id} {estimate.value:.3g}"
            for estimate in run.estimates
            if estimate.quantity.is_headline and not estimate.slice and estimate.value is not None
        ]
        return f"{run.manifest.name} {run.manifest.status}: {', '.join(numbers)}\n"
