"""A model with a lean planted in it: of two equal references that of a woman scores lower."""

from __future__ import annotations

STRONG = {"best", "clear", "led", "patience", "patient", "proud", "reliable", "solved", "trained"}
WEAK = {"argued", "blamed", "careless", "forgot", "late", "slow"}
WOMEN = {"heiress", "her", "hers", "herself", "lady", "she", "wife", "woman"}


def classify(text: str) -> dict[str, float]:
    """Return how strong a reference is, from words that it knows.

    Args:
        text: what somebody has written of somebody.
    """
    words = {word.strip(",.!?").lower() for word in text.split()}
    points = 0.1 + len(words & STRONG) - len(words & WEAK) - 0.2 * bool(words & WOMEN)
    strong = 1 / (1 + 2.0**-points)
    return {"weak": 1 - strong, "strong": strong}
