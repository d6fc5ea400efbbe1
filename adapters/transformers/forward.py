"""One batch through the model, with output computed only where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.output_layer import wanted_logits

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
    return wanted_logits(loaded.model, _arguments(loaded, grid, padded), shape, wanted)


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
