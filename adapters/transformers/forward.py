"""One batch through the model, with output computed only where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch

from harness.adapters.transformers.loaded import LoadedModel

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Padded:
    """Rows of unequal length as one tensor."""

    input_ids: torch.Tensor
    """(rows, longest), integers."""
    attention_mask: torch.Tensor
    """(rows, longest), 1 for a token and 0 for padding."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A batch, and the positions in it whose logits are wanted."""

    tokens: Sequence[Tokens]
    sources: Sequence[Tokens]
    """Encoder inputs; all empty for a model that has no encoder-decoder pair."""
    positions: Sequence[Sequence[int]]
    """Per row, positions in ``tokens``."""


def pad(rows: Sequence[Tokens], pad_id: int, device: str, *, left: bool = False) -> Padded:
    """Fill rows up to the longest.

    On the right by default, where a model that reads forward cannot see it and positions need no
    correction; on the left for generation, which continues all rows at one place.
    """
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad_id, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for at, row in enumerate(rows):
        place = slice(width - len(row), width) if left else slice(0, len(row))
        ids[at, place] = torch.tensor(row, dtype=torch.long)
        mask[at, place] = 1
    return Padded(ids.to(device), mask.to(device))


def logits_at(loaded: LoadedModel, grid: Grid) -> torch.Tensor:
    """Return the logits at the wanted positions, row after row: (positions, vocabulary)."""
    padded = pad(grid.tokens, loaded.pad_id, loaded.device)
    shape = padded.input_ids.shape
    flat = [row * shape[1] + spot for row, spots in enumerate(grid.positions) for spot in spots]
    wanted = torch.tensor(flat, device=loaded.device)
    arguments = _arguments(loaded, grid, padded)
    with torch.inference_mode(), _OnlyAt(loaded.model.get_output_embeddings(), shape, wanted) as at:
        logits: torch.Tensor = loaded.model(**arguments).logits
    logits = logits.reshape(-1, logits.shape[-1])
    return logits if at.was_applied else logits[wanted]


def _arguments(loaded: LoadedModel, grid: Grid, padded: Padded) -> dict[str, Any]:
    if not any(grid.sources):
        arguments = {"input_ids": padded.input_ids, "attention_mask": padded.attention_mask}
    else:
        source = pad(grid.sources, loaded.pad_id, loaded.device)
        arguments = {
            "input_ids": source.input_ids,
            "attention_mask": source.attention_mask,
            "decoder_input_ids": padded.input_ids,
        }
    # A cache would be built and thrown away. Models that are no decoders do not know the word.
    is_decoder = loaded.model.config.is_encoder_decoder or loaded.model.can_generate()
    return {**arguments, "use_cache": False} if is_decoder else arguments


class _OnlyAt:
    """Hands the output layer only the hidden states whose logits are wanted.

    The output layer makes vocabulary-sized lines, often a third of a small model's work and most
    of its memory; all that comes after it (scaling, soft caps) works line by line. A hook serves
    every architecture, where ``logits_to_keep`` exists for some and takes one set of positions
    for all rows.
    """

    def __init__(self, layer: Any, shape: tuple[int, int], wanted: torch.Tensor) -> None:
        self._layer = layer
        self._shape = shape
        self._wanted = wanted
        self._handle: Any = None
        self.was_applied = False

    def __enter__(self) -> Self:
        if self._layer is not None:
            self._handle = self._layer.register_forward_pre_hook(self._select)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._handle.remove()

    def _select(self, _layer: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        hidden, *rest = inputs
        # Some kernels drop the padding before the output layer; their lines are picked later.
        if hidden.shape[:-1] != self._shape:
            return inputs
        self.was_applied = True
        chosen = hidden.reshape(-1, hidden.shape[-1])[self._wanted]
        return (chosen.unsqueeze(0), *rest)
