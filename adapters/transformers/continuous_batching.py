"""Texts of many prompts at once: whoever is done leaves, and the next in line takes the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.batching import attempt, out_of_memory
from harness.adapters.transformers.decoding import RunningBatch
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.running_row import RunningRow, advance, started
from harness.core.response import Failure


def generate(
    loaded: LoadedModel,
    windows: Windows,
    rows: Sequence[GenerationRow],
    max_batch_tokens: int,
    end_ids: frozenset[int],
) -> Iterator[tuple[GenerationRow, list[int] | Failure]]:
    """Yield each row with the ids that were written for it, as soon as it is done.

    Longest first. When memory runs out all running rows start anew, in a batch half as large for
    the rest of this call; a row that does not fit alone fails.

    Args:
        loaded: a causal language model.
        windows: of its attention layers.
        rows: distinct rows.
        max_batch_tokens: running rows times the longest of them, new tokens counted; a longer row
            goes alone.
        end_ids: ids that end any row.
    """
    tokenizer = loaded.encoder.tokenizer
    queue = sorted(rows, key=lambda row: row.n_tokens, reverse=True)
    budget = max_batch_tokens
    running: list[RunningRow] = []
    batch = RunningBatch(loaded.model, windows, loaded.pad_id)
    while queue or running:
        n_new = n_fitting(queue, [one.row for one in running], budget)
        new = [started(row, tokenizer, end_ids) for row in queue[:n_new]]
        del queue[:n_new]
        if attempt(partial(advance, batch, running, new)) is None:
            batch = RunningBatch(loaded.model, windows, loaded.pad_id)
            lost = [one.row for one in (*running, *new)]
            running = []
            if len(lost) == 1:
                yield lost[0], out_of_memory(lost[0])
                continue
            queue = sorted([*lost, *queue], key=lambda row: row.n_tokens, reverse=True)
            budget = len(lost) * queue[0].n_tokens // 2
            continue
        running += new
        yield from ((one.row, one.written) for one in running if one.is_done)
        going = [at for at, one in enumerate(running) if not one.is_done]
        if len(going) < len(running):
            batch.keep(going)
            running = [running[at] for at in going]


def n_fitting(queue: Sequence[GenerationRow], running: Sequence[GenerationRow], budget: int) -> int:
    """Return how many rows of the queue may join.

    Args:
        queue: in the order in which they would.
        running: rows that are there.
        budget: rows times the longest of them, new tokens counted; a row may always go alone.
    """
    n_rows, longest = len(running), max((row.n_tokens for row in running), default=0)
    for at, row in enumerate(queue):
        longest = max(longest, row.n_tokens)
        n_rows += 1
        if n_rows > 1 and n_rows * longest > budget:
            return at
    return len(queue)
