"""A model that writes: where it knows no word of a review, it takes the label listed first."""

from __future__ import annotations

from keyword_model import classify


def answer(prompt: str) -> str:
    """Return a label in words.

    Args:
        prompt: a review, and the labels in some order.
    """
    shares = classify(prompt)
    listed = sorted(shares, key=prompt.casefold().index)
    return max(listed, key=shares.__getitem__)  # of equals the first one
