"""A train and a test part of one data set, told apart by what a row holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Literal

from harness.core.errors import ConfigError, DataError, did_you_mean

Part = Literal["all", "train", "test"]

_SPARE_BITS = 11
_N_PLACES = 1 << 53  # as many as a float tells apart below 1


def part_filter(
    part: Part, *, test_share: float, seed: int, by: str | None, name: str
) -> Callable[[Any, int], bool]:
    """Return a test of (row, number) that is true for the rows of one part.

    A row's part hangs on its contents, the share and the seed alone: not on its place, not on the
    rows around it. Equal rows therefore fall into the same part, so that no row of the one part
    is met again in the other, and rows added to the file later move no row that was there.

    Args:
        part: which rows to keep.
        test_share: expected share of the test part, in (0, 1); the count varies around it.
        seed: another seed makes another split.
        by: column whose value alone decides (a text, a document's id); the whole row when None.
        name: the data set's, for messages.

    Raises:
        ConfigError: the share is not in (0, 1).
    """
    if not 0 < test_share < 1:
        raise ConfigError(
            "test_share", f"must be between 0 and 1, not {test_share}", "write test_share = 0.2"
        )

    def is_kept(row: Any, number: int) -> bool:
        if by is not None and by not in row:
            raise DataError(
                f"{name} row {number}", f"there is no column {by!r}", did_you_mean(by, row)
            )
        value = row if by is None else row[by]
        return (place(value, seed) < test_share) == (part == "test")

    return is_kept


def place(value: object, seed: int) -> float:
    """Return a number in [0, 1) that looks drawn at random, and is equal for equal values.

    Numbers, dates and other cells count by their text, so that the place is the same on every
    machine.
    """
    text = json.dumps([seed, value], sort_keys=True, separators=(",", ":"), default=str)
    raw = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return (int.from_bytes(raw) >> _SPARE_BITS) / _N_PLACES
