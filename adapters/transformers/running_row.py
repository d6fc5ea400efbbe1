"""Rows on their way: what is written of each, and the step that writes more of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.decoding import RunningBatch
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.prompt_reading import PromptReader
from harness.adapters.transformers.sampling import draw, random_stream
from harness.adapters.transformers.stopping import RowEnd
from harness.adapters.transformers.tree_reading import WayStates


@dataclass(slots=True, eq=False)
class RunningRow:
    """One row with what is written of it."""

    row: GenerationRow
    end: RowEnd
    random: torch.Generator
    written: list[int] = field(default_factory=list)
    is_done: bool = False
    """Whether the row's own rules end it here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step came to, with marks on the clock; None for what there was nothing to do of."""

    done: list[RunningRow]
    """Rows that ended in it."""
    continued: list[RunningRow]
    """Rows that were given a token behind another."""
    begun: int | None = None
    """The prompts of new rows are about to be read."""
    read: int | None = None
    """They are read."""
    joined: int | None = None
    """The new rows have their first token."""
    stepped: int | None = None
    """The continued rows have their next."""


def started(row: GenerationRow, tokenizer: Any, end_ids: frozenset[int]) -> RunningRow:
    """Return a row of which nothing is written."""
    return RunningRow(row, RowEnd(row, tokenizer, end_ids), random_stream(row.random_key))


class RunningRows:
    """Rows that are written together; some join and some leave at each step.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
    """

    def __init__(self, model: Any, windows: Windows) -> None:
        self._batch = RunningBatch(model, windows)
        self._running: list[RunningRow] = []
        self._staying: list[int] = []
        """Of the batch, the rows that are running still, in their order."""
        self._joining: list[RunningRow] = []
        """Rows whose prompts are being read."""

    @property
    def rows(self) -> list[GenerationRow]:
        """Those that are running, or were when the memory ran out."""
        return [one.row for one in (*self._running, *self._joining)]

    def advance(
        self,
        new: Sequence[RunningRow],
        prompts: PromptReader | None,
        mark: Callable[[], int | None] = lambda: None,
    ) -> Step:
        """Let rows join, and write one token more for each that is running.

        After this raised for want of memory there is nothing left to do with these rows.

        Args:
            new: rows that join.
            prompts: about to read their prompts, in this order; None where none joins.
            mark: notes the time.
        """
        begun = read = joined = stepped = None
        self._joining = list(new)
        ways: list[WayStates] = []
        if new:
            assert prompts is not None
            begun = mark()
            logits, ways = prompts.read(len(new))
            read = mark()
            _choose(new, logits)
            joined = mark()
        joining = [way for one, way in zip(new, ways, strict=True) if not one.is_done]
        candidates = [*self._running, *(one for one in new if not one.is_done)]
        continued = [candidates[at] for at in self._batch.change(self._staying, joining)]
        if continued:
            _choose(continued, self._batch.step([one.written[-1] for one in continued]))
            stepped = mark()
        done = [one for one in (*self._running, *new) if one.is_done]
        self._staying = [at for at, one in enumerate(continued) if not one.is_done]
        self._running, self._joining = [continued[at] for at in self._staying], []
        return Step(
            done=done, continued=continued, begun=begun, read=read, joined=joined, stepped=stepped
        )


def _choose(rows: Sequence[RunningRow], logits: torch.Tensor) -> None:
    """Append to each row the token that its line of logits, (rows, vocabulary), leads to."""
    with torch.inference_mode():
        for one, line in zip(rows, logits, strict=True):
            one.end.forbid(line, len(one.written))
        # One way to the host for all rows: on an accelerator each would wait for the device.
        likeliest = logits.argmax(dim=-1).tolist()
    for one, line, token in zip(rows, logits, likeliest, strict=True):
        row = one.row
        is_drawn = row.temperature > 0
        one.written.append(
            draw(line, row.temperature, row.top_p, one.random) if is_drawn else token
        )
        one.is_done = one.end.is_reached(one.written)
