"""How much of what methods say falls on words that ought not to matter."""

from __future__ import annotations

from harness.core.explanations import Explanations, Method
from harness.reports.explanation_words import MASS_KINDS
from harness.reports.number_format import ABSENT, format_count, format_estimate
from harness.reports.table import Cell, Column, Group, Table


def mass_table(found: Explanations) -> Table:
    """Return a row for each method under each kind of words that any text has."""
    columns = (
        Column(title="Method", key="name"),
        Column(
            title="Share of what it says",
            is_number=True,
            note="sum of the sizes of these words' values over that of all words, mean of samples",
        ),
        Column(title="Share of the words", is_number=True, note="that they are, mean of samples"),
        Column(title="More than their share", is_number=True, note="the difference of the two"),
        Column(title="Samples", is_number=True, note="that have such words"),
    )
    groups = []
    for kind, title in MASS_KINDS.items():
        rows = tuple(_row(method, kind) for method in found.methods if _has(method, kind))
        if rows:
            groups.append(Group(title=title, rows=rows))
    caption = "Words that ought not to matter, and what methods say of them"
    return Table(caption=caption, columns=columns, groups=tuple(groups))


def _has(method: Method, kind: str) -> bool:
    return method.number(f"mass_on_{kind}") is not None


def _row(method: Method, kind: str) -> tuple[Cell, ...]:
    mass = method.number(f"mass_on_{kind}")
    return (
        Cell(method.label),
        *(
            Cell(ABSENT) if number is None else Cell(format_estimate(number), order=number.value)
            for number in (
                mass,
                method.number(f"share_of_{kind}"),
                method.number(f"excess_on_{kind}"),
            )
        ),
        Cell(format_count(mass.n) if mass else ABSENT, order=mass.n if mass else None),
    )
