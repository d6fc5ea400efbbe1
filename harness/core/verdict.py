"""The five things that can be said of a change."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a comparison allows to say of one number, or of a whole candidate."""

    IMPROVED = "improved"
    EQUIVALENT = "equivalent"
    """No worse than by the margin."""
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    """The interval is too wide to tell: more samples or runs are needed."""
    INVALID = "invalid"
    """Nothing may be said: the two sides do not answer the same question, or too few answered."""


GRAVEST_FIRST = (
    Verdict.REGRESSED,
    Verdict.INVALID,
    Verdict.INCONCLUSIVE,
    Verdict.IMPROVED,
    Verdict.EQUIVALENT,
)
"""The order in which verdicts are told."""
