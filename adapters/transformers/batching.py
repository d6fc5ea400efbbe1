"""Rows into batches: longest first, within a token budget, halved when memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

import torch

from harness.core.response import Failure, FailureKind


class Row(Protocol):
    """One line of a batch. Equal rows have equal results."""

    @property
    def n_tokens(self) -> int:
        """Length that the whole batch is padded to when this is its longest row."""
        ...

    def __hash__(self) -> int:
        """Rows are computed once, however often they are asked for."""
        ...


RowT = TypeVar("RowT", bound=Row)
ResultT = TypeVar("ResultT")


def run_in_batches(
    rows: Iterable[RowT],
    forward: Callable[[Sequence[RowT]], Sequence[ResultT]],
    max_batch_tokens: int,
) -> Iterator[tuple[RowT, ResultT | Failure]]:
    """Yield each row with its result, batch after batch.

    Longest first, so that running out of memory shows at once and a batch holds rows of nearly
    one length. When a batch does not fit, the budget is halved for the rest of this call.

    Args:
        rows: distinct rows.
        forward: computes a batch; results in the order of the rows.
        max_batch_tokens: rows times longest row in one batch; a longer row goes alone.
    """
    # Ties are broken by the rows' own order, which sorted() keeps.
    queue = sorted(rows, key=lambda row: row.n_tokens, reverse=True)
    budget, start = max_batch_tokens, 0
    while start < len(queue):
        size = max(1, budget // max(1, queue[start].n_tokens))
        batch = queue[start : start + size]
        results = attempt(partial(forward, batch))
        if results is None and len(batch) > 1:
            budget = len(batch) * batch[0].n_tokens // 2
            continue
        start += len(batch)
        if results is None:
            yield batch[0], out_of_memory(batch[0])
        else:
            yield from zip(batch, results, strict=True)


def attempt(compute: Callable[[], ResultT]) -> ResultT | None:
    """Return what a computation gives, or None when it ran out of memory, which is then freed."""
    try:
        return compute()
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    # Outside the handler the traceback no longer holds the batch's tensors, so they can go.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Tell a lack of memory, on any device, from other run-time errors."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # The CPU and MPS allocators raise a plain RuntimeError and tell it in words only.
    signs = ("can't allocate memory", "not enough memory", "out of memory")
    return any(sign in str(error).lower() for sign in signs)


def out_of_memory(row: Row) -> Failure:
    """Return the failure of a row that does not fit."""
    return Failure(
        kind=FailureKind.OUT_OF_MEMORY,
        message=f"{row.n_tokens} tokens do not fit into memory even alone; set max_length lower",
    )
