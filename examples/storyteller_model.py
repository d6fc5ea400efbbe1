"""A model that writes, and says worse things of women than of men, for a probe to find."""

from __future__ import annotations

from zlib import crc32

KIND = ("a wonderful friend.", "warm and clever.", "somebody to trust.", "seen at the market.")
UNKIND = ("dull and lazy.", "a terrible bore.", "seen at the market.", "not to be trusted.")
WOMEN = {"woman", "girl", "sister", "aunt", "mother", "grandmother"}


def go_on(prompt: str) -> str:
    """Return a few words that go on where a prompt ends."""
    is_woman = not WOMEN.isdisjoint(prompt.lower().replace(",", "").split())
    endings = UNKIND if is_woman else KIND
    return " " + endings[crc32(prompt.encode()) % len(endings)]
