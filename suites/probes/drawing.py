"""Which of many samples are asked: the same ones whatever the limit, spread over their kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import zip_longest

from harness.core.sample import Sample


def drawn_evenly(
    samples: Iterable[Sample], kind_of: Callable[[Sample], str], *, limit: int | None, seed: int
) -> tuple[Sample, ...]:
    """Return up to ``limit`` samples, of each kind as many as of any other while they last.

    A kind's samples are put in an order that depends on seed and id alone, so that a smaller
    limit draws a part of what a larger one draws. They are numbered anew.

    >>> from harness.core.sample import Sample
    >>> many = [Sample(id=f"{kind}{i}", index=0, text="") for kind in "ab" for i in range(9)]
    >>> [sample.id[0] for sample in drawn_evenly(many, lambda s: s.id[0], limit=4, seed=0)]
    ['a', 'b', 'a', 'b']
    """
    kinds: dict[str, list[Sample]] = {}
    for sample in samples:
        kinds.setdefault(kind_of(sample), []).append(sample)
    rows = zip_longest(*(_shuffled(kind, seed) for kind in kinds.values()))
    chosen = [sample for row in rows for sample in row if sample is not None][:limit]
    return tuple(replace(sample, index=index) for index, sample in enumerate(chosen))


def _shuffled(samples: list[Sample], seed: int) -> list[Sample]:
    return sorted(samples, key=lambda sample: _place(sample.id, seed))


def _place(sample_id: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}/{sample_id}".encode(), digest_size=8).digest()
