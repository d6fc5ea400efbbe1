"""One model of a table for every format: what a cell says, how it sorts, what it draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.reports.difference_bar import DifferenceBar
from harness.reports.interval_bar import IntervalBar
from harness.reports.sparkline import Sparkline
from harness.reports.verdict_badge import Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's heading and kind."""

    title: str
    key: str = ""
    """Names the column where a narrow page lays rows out anew; empty for no place of its own."""
    is_number: bool = False
    """Right-aligned with figures of equal width."""
    is_code: bool = False
    """Hashes and settings, in a fixed-width face."""
    is_bar: bool = False
    """Drawn, and so left out where nothing can be drawn."""
    note: str = ""
    """What the heading means, shown on hover."""

    @property
    def classes(self) -> str:
        """Names for the style sheet: of the column itself, and of its kind."""
        return f"{self.key}{' ' * bool(self.key)}number" if self.is_number else self.key


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says."""

    text: str
    order: float | None = None
    """Sort key of a number; the text itself when None."""
    note: str = ""
    """More on hover: the method of an interval, the whole of a hash."""
    remark: str = ""
    """More in sight, below the text: why a value is missing."""
    bar: IntervalBar | None = None
    drawing: DifferenceBar | Sparkline | None = None
    badge: Badge | None = None
    """Shown in place of the text, which says the same."""

    @property
    def is_plain(self) -> bool:
        """Whether it is a text and nothing else."""
        return not (self.bar or self.drawing or self.badge or self.remark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one heading; the heading is empty when a table has one group only."""

    title: str = ""
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns and grouped rows; every row has one cell for each column."""

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All rows, groups joined."""
        return tuple(row for group in self.groups for row in group.rows)


def text_table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]]
) -> Table:
    """Make a table of one group from cells or bare strings."""
    cells = tuple(
        tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows
    )
    return Table(caption=caption, columns=tuple(columns), groups=(Group(rows=cells),))
