"""The length of the longest common subsequence, many cells of the table at a time."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def lcs_length(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Return the length by Hyyrö's bit-parallel recurrence (2004).

    One row of the table is one integer, so that texts of ten thousand tokens take a fraction of a
    second and a few kilobytes; the full table would take gigabytes.

    >>> lcs_length("police killed the gunman".split(), "police kill the gunman".split())
    3
    """
    places: dict[Hashable, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    all_places = (1 << len(first)) - 1
    row = all_places
    for token in second:
        if matches := row & places.get(token, 0):
            row = (row + matches | row - matches) & all_places
    return len(first) - row.bit_count()
