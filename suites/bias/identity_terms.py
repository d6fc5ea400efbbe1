"""Where a text names people by what they are: the terms of all axes that come with the harness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from harness.suites.bias.axis import Axis
from harness.suites.bias.named_axes import AxisName, named_axis

AXES: tuple[AxisName, ...] = ("gender", "religion", "nationality", "age", "disability")
"""Those whose terms are words by themselves; given names are too often something else."""


def identity_spans(text: str) -> list[tuple[int, int]]:
    """Return where the identity terms of a text begin and end, those of one axis after another.

    >>> identity_spans("The old man and the sea")
    [(8, 11), (4, 11)]
    """
    return [match.span() for name in AXES for match in _pattern(name).finditer(text)]


@cache
def _pattern(name: AxisName) -> re.Pattern[str]:
    axis = named_axis(name)
    terms = sorted(set(_terms(axis)), key=lambda term: (-len(term), term))
    written = "|".join(map(re.escape, terms))
    return re.compile(
        rf"(?<![\w@#])(?:{written})(?!\w)", re.NOFLAG if axis.is_cased else re.IGNORECASE
    )


def _terms(axis: Axis) -> Iterator[str]:
    """Yield the terms; those of a cased axis also in capitals."""
    for row in axis.rows:
        yield from row.terms
        yield from (term.upper() for term in row.terms if axis.is_cased)
    for members in (axis.members or {}).values():
        for member in members:
            yield from member
            yield from (term.upper() for term in member)
