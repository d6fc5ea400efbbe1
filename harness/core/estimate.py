"""A number with all that is needed to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.core.score import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval and how it was made."""

    low: float
    high: float
    level: float
    """Confidence level in (0, 1), such as 0.95."""
    method: str
    """``wilson``, ``t``, ``delong``, ``bootstrap-bca``, ``jackknife``, with settings."""

    def within(self, low: float | None, high: float | None) -> Interval:
        """Return the part between two bounds: what is cut off never held the true value."""
        return replace(
            self,
            low=self.low if low is None else max(low, self.low),
            high=self.high if high is None else min(high, self.high),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The value of one quantity on one suite (or one slice of it) by one model."""

    model: str
    suite: str
    metric: str
    """The registered metric that made it (a metric may reduce to several quantities)."""
    quantity: Quantity
    value: float | None
    """None when it is undefined here (no positive sample, nothing scored); ``note`` says why."""
    interval: Interval | None
    """None when n is too small for one; ``note`` says why."""
    stderr: float | None
    n: int
    """Samples that were scored."""
    n_unscored: int
    """Samples asked about that have no score: failures, and answers that could not be read."""
    n_clusters: int
    """Independent units among the n; equal to n when nothing is clustered."""
    slice: tuple[str, str] | None = None
    """(column, value) of the slice, or None for the whole suite."""
    seed: int = 0
    signature: str = ""
    """Settings that change the number, as ``key:value|…``."""
    note: str = ""
    """Why something is missing, or what the value is not to be read without."""


def signature_text(settings: Mapping[str, object]) -> str:
    """Write settings in sacrebleu's signature form, sorted by key.

    >>> signature_text({"seed": 0, "data": "ab12"})
    'data:ab12|seed:0'
    """
    return "|".join(f"{key}:{settings[key]}" for key in sorted(settings))
