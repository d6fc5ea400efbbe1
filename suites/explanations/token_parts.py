"""From numbers of a model's tokens to numbers of the parts of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.core.explained import Row
from harness.suites.explanations.parts import Spans

Place = tuple[int, int]


def part_values(spans: Spans, pieces: Iterable[tuple[Place, Row]]) -> tuple[Row, ...]:
    """Add up what lies in each part.

    A piece across several parts is divided among them by characters. What lies in no part is left
    out.

    Args:
        spans: (T,): the parts, in order, no two of them overlapping.
        pieces: places in the text, each with E numbers.

    Returns:
        (T, E); 0 for a part in which no piece lies.

    >>> part_values(((0, 4), (4, 8)), [((0, 3), (1.0,)), ((3, 5), (2.0,))])
    ((2.0,), (1.0,))
    """
    found = [(shares_of(spans, place), row) for place, row in pieces]
    width = max((len(row) for _, row in found), default=1)
    sums = [[0.0] * width for _ in spans]
    for shares, row in found:
        for part, share in shares:
            for column, value in enumerate(row):
                sums[part][column] += share * value
    return tuple(map(tuple, sums))


def shares_of(spans: Spans, place: Place) -> Sequence[tuple[int, float]]:
    """Return the parts that a place lies in, each with its share of the place's characters.

    A place without a character (some tokenizers give a lone space one) is in the part around it.
    """
    start, end = place
    if start == end:
        return [(part, 1.0) for part, span in enumerate(spans) if span[0] <= start < span[1]][:1]
    common = [
        (part, min(end, span[1]) - max(start, span[0]))
        for part, span in enumerate(spans)
        if span[0] < end and start < span[1]
    ]
    return [(part, n_characters / (end - start)) for part, n_characters in common]
