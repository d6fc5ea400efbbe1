"""One batch through the library's own decoding loop, with a mark on a clock at each token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import LogitsProcessor, StoppingCriteria

from harness.adapters.transformers.generation import GenerationResponder
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.step_clock import StepClock


@dataclass(slots=True)
class BatchMarks:
    """Numbers of marks; those of the tokens hold for all rows that were not yet done."""

    begun: int | None = None
    """The prompts are about to be read."""
    read: int | None = None
    """The prompts are read."""
    tokens: list[int] = field(default_factory=list)
    written: list[list[int]] = field(default_factory=list)
    """The ids of each row."""


def decode_marked(
    responder: GenerationResponder, model: Any, rows: Sequence[GenerationRow], clock: StepClock
) -> BatchMarks:
    """Decode rows until the last one is done.

    Args:
        responder: of the model.
        model: of transformers.
        rows: one batch.
        clock: is given the marks.
    """
    marks = BatchMarks()

    def begin(_module: Any, _inputs: Any) -> None:
        if marks.begun is None:
            marks.begun = clock.mark()

    # What the library prepares before the first layer runs is no reading of a prompt.
    reader = model.get_encoder() if model.config.is_encoder_decoder else model
    handle = reader.register_forward_pre_hook(begin)
    try:
        marks.written = responder.decode(rows, [_AtLogits(marks, clock)], [_AtTokens(marks, clock)])
    finally:
        handle.remove()
    return marks


class _AtLogits(LogitsProcessor):  # type: ignore[misc] # transformers is untyped here
    """Marks the first logits: the prompts are read."""

    def __init__(self, marks: BatchMarks, clock: StepClock) -> None:
        self._marks = marks
        self._clock = clock

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:  # noqa: ARG002 - transformers' signature
        """Leave the scores as they are."""
        if self._marks.read is None:
            self._marks.read = self._clock.mark()
        return scores


class _AtTokens(StoppingCriteria):  # type: ignore[misc] # transformers is untyped here
    """Marks each token."""

    def __init__(self, marks: BatchMarks, clock: StepClock) -> None:
        self._marks = marks
        self._clock = clock

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:  # noqa: ARG002 - transformers' signature
        """End no row."""
        self._marks.tokens.append(self._clock.mark())
        return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
