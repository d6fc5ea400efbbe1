"""Who belongs to which group: a column of the data, or several of them crossed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.sample import Sample

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

CROSS = "+"
"""Between the columns of an intersection, and between the values of one of its groups."""
NO_GROUP = -1
"""The code of samples whose group is too small to have a part in a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The groups of one column, or of the intersection of several."""

    name: str
    """As the spec writes it: ``gender``, ``gender+race``."""
    columns: tuple[str, ...]
    """Slice columns."""
    groups: tuple[str, ...]
    """Those that are large enough, sorted; at least two."""
    left_out: tuple[str, ...] = ()
    """Those that are too small, each with its size: ``other (3)``."""

    def code(self, sample: Sample) -> int:
        """Return the place of the sample's group among ``groups``, or ``NO_GROUP``."""
        group = group_of(sample.slices, self.columns)
        return self.groups.index(group) if group in self.groups else NO_GROUP


def group_of(slices: Mapping[str, str], columns: Sequence[str]) -> str | None:
    """Return the name of a sample's group; None where it has no value in one of the columns.

    >>> group_of({"gender": "f", "age": "old"}, ("gender", "age"))
    'f+old'
    """
    if not all(column in slices for column in columns):
        return None
    return CROSS.join(slices[column] for column in columns)


def of_group(quantity: str, grouping: Grouping, group: str) -> str:
    """Return the id of a quantity of one group: ``tpr[gender=f]``."""
    return f"{quantity}[{grouping.name}={group}]"


def of_gap(quantity: str, grouping: Grouping) -> str:
    """Return the id of a gap between groups: ``accuracy_difference[gender]``."""
    return f"{quantity}[{grouping.name}]"


def spread(values: Floats) -> Floats:
    """Return the largest less the smallest value over groups.

    Args:
        values: (b, g, …), NaN where a group has no value.

    Returns:
        (b, …) over the groups that have one; NaN where fewer than two have.
    """
    low, high = extremes(values)
    return high - low


def extremes(values: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and the largest value over groups; as :func:`spread`, NaN where unclear.

    Args:
        values: (b, g, …).
    """
    known = np.isfinite(values)
    enough = known.sum(axis=1) > 1
    low = np.where(known, values, np.inf).min(axis=1)
    high = np.where(known, values, -np.inf).max(axis=1)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)
