"""Gaps of one grouping, held against those of permuted groups, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.suites.metrics.group_figures import GapRow
from harness.suites.metrics.group_permutation import Exchange, Floats, Gaps, Integers, gap_tests
from harness.suites.metrics.group_tables import Tables
from harness.suites.metrics.grouping import Grouping, of_gap


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedGaps:
    """What is to be tested: gaps as a function of group codes."""

    grouping: Grouping
    gaps: Gaps
    codes: Integers
    """(n,) of groups; negative ones have no part."""
    targets: Integers
    """(n,)."""
    clusters: Integers | None
    names: Mapping[bool, Sequence[str]]
    """Of the gaps, by whether labels change places among samples of one target only."""
    ends: Mapping[str, str]
    """Which group is lowest and which is highest, by the name of the gap."""
    tables: Tables | None = None
    """The same gaps from counts, where they hang on nothing else."""

    def rows(self, level: float, n_groupings: int) -> Iterator[GapRow]:
        """Yield a row for each gap; it has no test where it is undefined.

        Args:
            level: of the range of gaps under permutation, in (0, 1).
            n_groupings: whose gaps are tested together.
        """
        observed = self.gaps(self.codes)
        n_tests = n_groupings * sum(map(len, self.names.values()))
        for is_by_target, names in self.names.items():
            if not names:
                continue
            strata = self.targets if is_by_target else None
            exchange = Exchange(codes=self.codes, strata=strata, clusters=self.clusters)
            tests = gap_tests(
                self.gaps, exchange, names, level=level, n_tests=n_tests, tables=self.tables
            )
            for name in names:
                value = observed[name]
                yield GapRow(
                    id=of_gap(name, self.grouping),
                    gap=name,
                    by=self.grouping.name,
                    value=value if np.isfinite(value) else None,
                    ends=self.ends.get(name, ""),
                    test=tests.get(name),
                )


def ends_of(values: Floats, groups: Sequence[str]) -> tuple[float, str] | None:
    """Return the gap between groups, and which is lowest and which is highest.

    Args:
        values: (g,), NaN where a group has none.
        groups: their names.

    >>> ends_of(np.array([0.5, np.nan, 0.25]), ("a", "b", "c"))
    (0.25, 'c to a')
    """
    known = np.isfinite(values)
    if known.sum() < 2:  # noqa: PLR2004 - a gap needs two
        return None
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return float(values[high] - values[low]), f"{groups[low]} to {groups[high]}"
