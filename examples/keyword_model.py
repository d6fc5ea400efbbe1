"""A model that is a Python function: a score per label, from words that it knows."""

from __future__ import annotations

GOOD = {"best", "beautiful", "clever", "funny", "laughed", "moving", "warm", "wonderful"}
BAD = {"bored", "dull", "lazy", "long", "slow", "thin", "worst"}


def classify(text: str) -> dict[str, float]:
    """Return the share of good and of bad words; one half each where there are none."""
    words = {word.strip(",.!?").lower() for word in text.split()}
    n_good, n_bad = 1 + len(words & GOOD), 1 + len(words & BAD)
    return {"negative": n_bad / (n_good + n_bad), "positive": n_good / (n_good + n_bad)}
