"""Texts of many prompts at once: whoever is done leaves, and the next in line takes the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.batching import attempt, out_of_memory
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.prefix_tree import longest_first
from harness.adapters.transformers.prompt_reading import PromptReader
from harness.adapters.transformers.running_row import RunningRow, RunningRows, started
from harness.adapters.transformers.tree_reading import stretch_length
from harness.core.response import Failure

_REMEMBERED_PER_COMPUTED = 3
"""A token that is only remembered takes a small part of the memory of one that is computed."""


def generate(
    loaded: LoadedModel,
    windows: Windows,
    rows: Sequence[GenerationRow],
    max_batch_tokens: int,
    end_ids: frozenset[int],
) -> Iterator[tuple[GenerationRow, list[int] | Failure]]:
    """Yield each row with the ids that were written for it, as soon as it is done.

    Prompts that share their beginnings stand together, longest first, and the shared part is
    computed once. When memory runs out all running rows start anew, in a batch half as large for
    the rest of this call; a row that does not fit alone fails.

    Args:
        loaded: a causal language model.
        windows: of its attention layers.
        rows: distinct rows.
        max_batch_tokens: three times this is the most that running rows times the longest of them
            may come to, new tokens counted; a longer row goes alone.
        end_ids: ids that end any row.
    """
    budget, waiting = _REMEMBERED_PER_COMPUTED * max_batch_tokens, list(rows)
    while waiting:
        line = _Line(loaded, windows, waiting, end_ids)
        while line.is_busy:
            done = attempt(partial(line.advance, budget))
            if done is None:
                break
            yield from ((one.row, one.written) for one in done)
        waiting, begun = line.unfinished, line.n_begun
        if begun == 1:
            yield waiting[0], out_of_memory(waiting[0])
            del waiting[0]
        elif waiting:
            budget = begun * max(row.n_tokens for row in waiting[:begun]) // 2


class _Line:
    """Rows in the order in which they join, and those that are running.

    Args:
        loaded: a causal language model.
        windows: of its attention layers.
        rows: at least one.
        end_ids: ids that end any row.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        windows: Windows,
        rows: Sequence[GenerationRow],
        end_ids: frozenset[int],
    ) -> None:
        order = longest_first([row.tokens for row in rows], [row.n_tokens for row in rows])
        self._tokenizer = loaded.encoder.tokenizer
        self._end_ids = end_ids
        self._queue = [rows[at] for at in order]
        self._prompts = PromptReader(
            loaded.model,
            windows,
            [row.tokens for row in self._queue],
            stretch_length(loaded.model),
        )
        self._running = RunningRows(loaded.model, windows)

    @property
    def is_busy(self) -> bool:
        """Whether a row is waiting or running."""
        return bool(self._queue or self._running.rows)

    @property
    def n_begun(self) -> int:
        """Rows that were in memory when it ran out."""
        return len(self._running.rows)

    @property
    def unfinished(self) -> list[GenerationRow]:
        """All rows that are not done, those begun first."""
        return [*self._running.rows, *self._queue]

    def advance(self, budget: int) -> list[RunningRow]:
        """Let rows join, write one token for each that is running, and return those that are done.

        After this raised for want of memory nothing is left to do but to ask what is unfinished.
        """
        n_new = n_fitting(self._queue, self._running.rows, budget)
        new = [started(row, self._tokenizer, self._end_ids) for row in self._queue[:n_new]]
        del self._queue[:n_new]
        return self._running.advance(new, self._prompts).done


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
        if n_rows + at and (n_rows + at + 1) * longest > budget:
            return at
    return len(queue)
