"""What is another when a question is asked again."""

from __future__ import annotations

from enum import StrEnum

SLICE = "pass"
"""The slice that names it."""


class Circumstance(StrEnum):
    """Each is a pass over the questions, held against the first one."""

    AGAIN = "again"
    """Nothing: the same questions together, in the same order."""
    COMPANY = "company"
    """Order and company: the questions in random parts, one part after the other."""
    ALONE = "alone"
    """Company: a question by itself."""


WORDS = {
    Circumstance.AGAIN: "together with the same others again",
    Circumstance.COMPANY: "in another order and company",
    Circumstance.ALONE: "alone",
}
"""How each is told to a user."""
