"""Texts of many prompts at once: whoever is done leaves, and the next in line takes the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.batching import attempt, out_of_memory
from harness.adapters.transformers.decoding import RunningBatch
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.prefix_tree import longest_first
from harness.adapters.transformers.prompt_reading import PromptReader
from harness.adapters.transformers.sampling import draw, random_stream
from harness.adapters.transformers.stopping import RowEnd
from harness.adapters.transformers.tree_reading import WayStates, stretch_length
from harness.core.response import Failure

_REMEMBERED_PER_COMPUTED = 4
"""A token that is only remembered takes a small part of the memory of one that is computed."""


@dataclass(slots=True)
class _Running:
    """One row with what is written of it."""

    row: GenerationRow
    end: RowEnd
    random: torch.Generator
    written: list[int] = field(default_factory=list)
    is_done: bool = False

    def take(self, logits: torch.Tensor) -> None:
        """Choose the next token."""
        row = self.row
        token = (
            draw(logits, row.temperature, row.top_p, self.random)
            if row.temperature
            else int(logits.argmax())
        )
        self.written.append(token)
        self.is_done = self.end.is_reached(self.written)


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
        max_batch_tokens: four times this is the most that running rows times the longest of them
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
        self._batch = RunningBatch(loaded.model, windows)
        self._running: list[_Running] = []
        self._staying: list[int] = []
        """Of the batch, the rows that are running still, in their order."""
        self._new: list[_Running] = []
        """Rows whose prompts are being read."""

    @property
    def is_busy(self) -> bool:
        """Whether a row is waiting or running."""
        return bool(self._queue or self._running)

    @property
    def n_begun(self) -> int:
        """Rows that were in memory when it ran out."""
        return len(self._running) + len(self._new)

    @property
    def unfinished(self) -> list[GenerationRow]:
        """All rows that are not done, those begun first."""
        return [*(one.row for one in (*self._running, *self._new)), *self._queue]

    def advance(self, budget: int) -> list[_Running]:
        """Let rows join, write one token for each that is running, and return those that are done.

        After this raised for want of memory nothing is left to do but to ask what is unfinished.
        """
        n_new = _n_fitting(self._queue, [one.row for one in self._running], budget)
        self._new = [self._begin(row) for row in self._queue[:n_new]]
        del self._queue[:n_new]
        ways: list[WayStates] = []
        if self._new:
            logits, ways = self._prompts.read(n_new)
            for one, line in zip(self._new, logits, strict=True):
                one.take(line)
        joining = [way for one, way in zip(self._new, ways, strict=True) if not one.is_done]
        candidates = [*self._running, *(one for one in self._new if not one.is_done)]
        order = self._batch.change(self._staying, joining)
        stepping = [candidates[at] for at in order]
        if stepping:
            logits = self._batch.step([one.written[-1] for one in stepping])
            for one, line in zip(stepping, logits, strict=True):
                one.take(line)
        self._staying = [at for at, one in enumerate(stepping) if not one.is_done]
        done = [one for one in (*self._running, *self._new) if one.is_done]
        self._running, self._new = [stepping[at] for at in self._staying], []
        return done

    def _begin(self, row: GenerationRow) -> _Running:
        end = RowEnd(row, self._tokenizer, self._end_ids)
        return _Running(row, end, random_stream(row.random_key))


def _n_fitting(
    queue: Sequence[GenerationRow], running: Sequence[GenerationRow], budget: int
) -> int:
    """Return how many rows of the queue may join."""
    n_rows, longest = len(running), max((row.n_tokens for row in running), default=0)
    for at, row in enumerate(queue):
        longest = max(longest, row.n_tokens)
        n_rows += 1
        if n_rows > 1 and n_rows * longest > budget:
            return at
    return len(queue)
