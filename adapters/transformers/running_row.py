"""Rows on their way: what is written of each, and the step that writes one token more of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from harness.adapters.transformers.decoding import RunningBatch
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.sampling import draw, random_stream
from harness.adapters.transformers.stopping import RowEnd


@dataclass(slots=True, eq=False)
class RunningRow:
    """One row with what is written of it."""

    row: GenerationRow
    end: RowEnd
    random: torch.Generator
    written: list[int] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the row's own rules end it here."""
        return self.end.is_reached(self.written)


@dataclass(frozen=True, slots=True)
class StepMarks:
    """Marks on the clock that a step was given; None for what there was nothing to do of."""

    stepped: int | None = None
    """The rows that ran before have their next token."""
    begun: int | None = None
    """The prompts of new rows are about to be read."""
    read: int | None = None
    """They are read."""
    joined: int | None = None
    """The new rows have their first token."""


def started(row: GenerationRow, tokenizer: Any, end_ids: frozenset[int]) -> RunningRow:
    """Return a row of which nothing is written."""
    return RunningRow(row, RowEnd(row, tokenizer, end_ids), random_stream(row.random_key))


def advance(
    batch: RunningBatch,
    running: Sequence[RunningRow],
    new: Sequence[RunningRow],
    mark: Callable[[], int | None] = lambda: None,
) -> StepMarks:
    """Write one token for each row.

    Args:
        batch: holds the running rows.
        running: in the order of the batch.
        new: rows that join it.
        mark: notes the time.
    """
    stepped = begun = read = joined = None
    if running:
        _choose(running, batch.step([one.written[-1] for one in running]))
        stepped = mark()
    if new:
        begun = mark()
        logits = batch.join([one.row.tokens for one in new])
        read = mark()
        _choose(new, logits)
        joined = mark()
    return StepMarks(stepped, begun, read, joined)


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
