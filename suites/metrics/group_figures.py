"""The charts of groups, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite

from harness.core.estimate import Interval
from harness.core.figure import Figure, FigureKind
from harness.suites.metrics.group_permutation import GapTest, adjusted
from harness.suites.metrics.grouping import Grouping


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One gap between groups."""

    id: str
    """Of the quantity."""
    gap: str
    by: str
    """Name of the grouping."""
    value: float | None
    ends: str
    """Which group is lowest and which is highest."""
    test: GapTest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One number of one group; None where it is undefined, or has no interval."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: float, interval: Interval | None) -> Rate:
        """Return a value with its interval."""
        if not isfinite(value):
            return cls(value=None, low=None, high=None)
        ends = (None, None) if interval is None else (interval.low, interval.high)
        return cls(value=value, low=ends[0], high=ends[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group."""

    label: str
    n: int
    n_positive: int | None
    """None where no label is the positive one."""
    rates: Mapping[str, Rate]


def gaps_figure(
    rows: Sequence[GapRow], groupings: Sequence[Grouping], *, n: int, level: float
) -> Figure:
    """Return the gaps, each beside what chance would make, p adjusted over all of them."""
    tested = [row.test for row in rows if row.test is not None]
    holm_p = iter(adjusted(tested))
    gaps = [
        {
            "id": row.id,
            "gap": row.gap,
            "by": row.by,
            "value": row.value,
            "ends": row.ends,
            "if_equal": None
            if row.test is None
            else asdict(row.test) | {"p_adjusted": next(holm_p)},
        }
        for row in rows
    ]
    data = {
        "n": n,
        "level": level,
        "gaps": gaps,
        "left_out": {one.name: list(one.left_out) for one in groupings if one.left_out},
    }
    names = ", ".join(one.name for one in groupings)
    return Figure(kind=FigureKind.GROUP_GAPS, title=f"Gaps between groups by {names}", data=data)


def groups_figure(grouping: Grouping, groups: Sequence[GroupRow], positive: str | None) -> Figure:
    """Return the numbers of each group."""
    data = {
        "by": grouping.name,
        "positive": positive,
        "left_out": list(grouping.left_out),
        "groups": [
            {
                "label": row.label,
                "n": row.n,
                "n_positive": row.n_positive,
                "rates": {name: asdict(rate) for name, rate in row.rates.items()},
            }
            for row in groups
        ],
    }
    return Figure(kind=FigureKind.GROUPS, title=f"Each group by {grouping.name}", data=data)
