"""A model that costs nothing."""

from __future__ import annotations

from collections.abc import Sequence


def score(prompt: str, continuations: Sequence[str]) -> list[float]:
    """Prefer the shortest continuation."""
    del prompt
    return [-float(len(continuation)) for continuation in continuations]


def generate(prompt: str) -> str:
    """Answer the same, whatever is asked."""
    del prompt
    return "the answer is 42"
