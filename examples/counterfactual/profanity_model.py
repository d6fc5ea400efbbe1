"""The classifier of alt-profanity-check, asked for probabilities."""

from __future__ import annotations

from collections.abc import Sequence


def classify(texts: Sequence[str]) -> list[dict[str, float]]:
    """Return how offensive each text is taken to be.

    Args:
        texts: any.
    """
    from profanity_check import predict_prob

    chances = [float(chance) for chance in predict_prob(list(texts))]
    return [{"acceptable": 1 - chance, "offensive": chance} for chance in chances]
