"""The same work on many things, on all cores where that is worth their start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

_MAX_WORKERS = 8
"""Beyond it the one process that writes cannot keep up."""
_CHUNK = 4
"""Jobs handed over at a time: few, so that no core waits for the last ones."""


def each(
    function: Callable[[Job], Outcome], jobs: Sequence[Job], *, is_long: bool
) -> Iterator[Outcome]:
    """Yield the outcome of each job, in order.

    Args:
        function: of a module, so that another process finds it; pure.
        jobs: values that can be sent to another process.
        is_long: True where the work outweighs the second or two that a process takes to start.
    """
    n_workers = min(os.cpu_count() or 1, len(jobs), _MAX_WORKERS)
    if not is_long or n_workers < 2:  # noqa: PLR2004 - one worker would only add its start
        yield from map(function, jobs)
        return
    n_done = 0
    # Started afresh, not forked: a fork of a process with threads may hang.
    pool = ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"))
    # The system may end a process, for its memory say: what is left is then done in this one.
    with suppress(BrokenProcessPool), pool:
        for outcome in pool.map(function, jobs, chunksize=_CHUNK):
            yield outcome
            n_done += 1
    yield from map(function, jobs[n_done:])
