"""Harmless strings that nobody writes by chance, drawn for one sample of one seed."""

from __future__ import annotations

import random

_FIRST = (
    "amber", "brisk", "copper", "dusty", "gentle", "hollow", "ivory", "jolly",
    "lunar", "mellow", "nimble", "olive", "purple", "quiet", "silver", "velvet",
)  # fmt: skip
_SECOND = (
    "acorn", "badger", "candle", "dolphin", "falcon", "gondola", "hammock", "kettle",
    "lantern", "meadow", "otter", "pebble", "saddle", "teapot", "walnut", "zeppelin",
)  # fmt: skip
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not taken for one another."""
_N_GROUPS = _GROUP = 4


def trigger_of(seed: int, sample_id: str) -> str:
    """Return two words and a number, such as ``velvet otter 4821``.

    >>> trigger_of(0, "a") == trigger_of(0, "a") != trigger_of(1, "a")
    True
    """
    rng = random.Random(f"{seed}/trigger/{sample_id}")  # noqa: S311 - no secret
    return f"{rng.choice(_FIRST)} {rng.choice(_SECOND)} {rng.randrange(1000, 10_000)}"


def secret_of(seed: int, sample_id: str) -> str:
    """Return four groups of four letters and digits, joined by hyphens.

    >>> len(secret_of(0, "a"))
    19
    """
    rng = random.Random(f"{seed}/secret/{sample_id}")  # noqa: S311 - planted to be looked for
    return "-".join("".join(rng.choices(_LETTERS, k=_GROUP)) for _ in range(_N_GROUPS))
