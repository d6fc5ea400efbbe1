"""A long text as windows in which each token is predicted exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """What the model sees but is not asked about, and what it is asked about."""

    context: Tokens
    """At least one token."""
    targets: Tokens


def rolling_windows(tokens: Tokens, prefix: int, length: int) -> Iterator[Window]:
    """Cut a text into windows of at most ``length`` model inputs.

    The first window starts with ``prefix``, so that the first token has something before it. Each
    further one predicts the next ``length`` tokens from the token before them; the last reaches
    back to be as full as the others. These are lm-evaluation-harness's windows for a context
    length of 1.

    >>> [w.targets for w in rolling_windows((1, 2, 3, 4, 5), prefix=0, length=2)]
    [(1, 2), (3, 4), (5,)]
    >>> [w.context for w in rolling_windows((1, 2, 3, 4, 5), prefix=0, length=2)]
    [(0,), (2,), (3, 4)]

    Args:
        tokens: the whole text.
        prefix: the token put before it.
        length: at least 1.
    """
    given = (prefix, *tokens)
    for start in range(0, len(tokens), length):
        stop = min(start + length, len(tokens))
        # Input position i of ``given`` predicts token i; the inputs end before the last target.
        first = 0 if start == 0 else max(0, stop - length)
        yield Window(given[first : start + 1], tokens[start:stop])


def chunks(tokens: Tokens, length: int) -> Iterator[Tokens]:
    """Cut a text into disjoint pieces, for models that look both ways.

    >>> list(chunks((1, 2, 3, 4, 5), 2))
    [(1, 2), (3, 4), (5,)]
    """
    for start in range(0, len(tokens), length):
        yield tokens[start : start + length]
