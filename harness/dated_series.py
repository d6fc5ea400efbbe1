"""The series of a root with their changes dated, which is slow; what is known is not done again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import harness.engine.history
import harness.stats.change_points
from harness.core.history import Series, Shift
from harness.core.identity import hash_file, hash_json
from harness.engine.history import with_shifts
from harness.parallel import each
from harness.store.histories import read_histories

_LONG = 20 * 300**2
"""Sum of the squared lengths of series, with which the search takes seconds."""
_CODE = (harness.engine.history, harness.stats.change_points)


class Memory(Protocol):
    """Keeps small JSON values from one time to the next."""

    def recall(self, key: str) -> Any:
        """Return what was kept, None where nothing was."""
        ...

    def remember(self, key: str, value: Any) -> None:
        """Keep a value."""
        ...


def dated_series(root: Path, memory: Memory) -> dict[str, tuple[Series, ...]]:
    """Read all series of a root and date their changes.

    The search is a pure function of the values, so that what is remembered of a series is what
    the search would find again.

    Args:
        root: folder of the run folders.
        memory: what earlier searches came to.

    Returns:
        Series by line.
    """
    series = read_histories(root).series
    code = hash_json([hash_file(Path(str(module.__file__))) for module in _CODE])
    keys = [_key(item, code) for item in series]
    known = [_recalled(item, memory.recall(key)) for item, key in zip(series, keys, strict=True)]
    unknown = [item for item, found in zip(series, known, strict=True) if found is None]
    work = sum(len(item.points) ** 2 for item in unknown)
    searched = each(with_shifts, unknown, is_long=work > _LONG)
    by_line: dict[str, list[Series]] = {}
    for key, found in zip(keys, known, strict=True):
        dated = next(searched) if found is None else found
        memory.remember(key, [dataclasses.asdict(shift) for shift in dated.shifts])
        by_line.setdefault(dated.line, []).append(dated)
    return {line: tuple(own) for line, own in by_line.items()}


def _key(series: Series, code: str) -> str:
    quantity = series.quantity
    points = [[point.run_id, point.at, point.value] for point in series.points]
    return hash_json([code, quantity.direction, quantity.low, quantity.high, points])


def _recalled(series: Series, kept: Sequence[Any] | None) -> Series | None:
    if kept is None:
        return None
    try:
        return dataclasses.replace(series, shifts=tuple(Shift(**entry) for entry in kept))
    except TypeError:  # of another version: search again
        return None
