"""Rows that are being continued together: new ones join and finished ones leave at any step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import pad as pad_tensor
from transformers import DynamicCache

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.output_layer import wanted_logits
from harness.adapters.transformers.tree_reading import States, WayStates

_STEPS_OF_ROOM = 64


class RunningBatch:
    """Keys and values of the running rows, which all end at one place and start where they may.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
    """

    def __init__(self, model: Any, windows: Windows) -> None:
        self._model = model
        self._windows = windows
        self._lengths = torch.zeros(0, dtype=torch.long, device=model.device)
        self._width = 0
        self._states: list[_Layer] = []

    def change(self, staying: Sequence[int], joining: Sequence[WayStates]) -> None:
        """Let go of all rows but some, and take up others behind these.

        Args:
            staying: running rows.
            joining: per new row, what the model remembers of it.
        """
        if not joining and len(staying) == len(self._lengths):
            return
        new = torch.tensor([way[0][0].shape[-2] for way in joining], device=self._model.device)
        kept = self._lengths[torch.tensor(staying, dtype=torch.long, device=self._model.device)]
        self._lengths = torch.cat([kept, new.long()])
        before, self._width = self._width, int(self._lengths.max()) if len(self._lengths) else 0
        n_layers = len(joining[0]) if joining else len(self._states) if staying else 0
        del self._states[n_layers:]
        # One layer after another, so that no more than one stands in memory twice.
        for at in range(n_layers):
            rows = [self._states[at].row(row, before) for row in staying]
            layer = _Layer([*rows, *(way[at] for way in joining)], self._width)
            self._states[at : at + 1] = [layer]

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """Append a token to each row and return what follows: (rows, vocabulary)."""
        ids = torch.tensor([[token] for token in tokens], device=self._model.device)
        place = torch.arange(self._width + 1, device=self._model.device)
        arguments = {
            "input_ids": ids,
            "attention_mask": self._masks(place - (self._width - self._lengths)[:, None]),
            "position_ids": self._lengths[:, None],
            "past_key_values": _RunningCache(self._states, self._width),
            "use_cache": True,
        }
        lines = torch.arange(len(tokens), device=self._model.device)
        logits = wanted_logits(self._model, arguments, (len(tokens), 1), lines)
        self._lengths, self._width = self._lengths + 1, self._width + 1
        return logits

    def _masks(self, positions: torch.Tensor) -> Any:
        """Return what hides from the last place of each row all that it must not see.

        Args:
            positions: (rows, places), in the row; those before its beginning are negative.
        """
        dtype = self._model.dtype
        masks = {}
        for kind, window in self._windows.items():
            first = 0 if window is None else (positions[:, -1:] - window + 1).clamp(min=0)
            mask = torch.zeros(positions.shape, dtype=dtype, device=positions.device)
            mask.masked_fill_(positions < first, torch.finfo(dtype).min)
            masks[kind] = mask[:, None, None]
        return masks if len(masks) > 1 else next(iter(masks.values()))


class _Layer:
    """Keys and values of one layer, (rows, heads, places, size), with room for more places.

    Args:
        rows: of one layer, at least one, each as long as it is.
        width: of the longest row; the others are aligned with its end.
    """

    def __init__(self, rows: Sequence[States], width: int) -> None:
        self._keys, self._values = (_aligned(parts, width) for parts in zip(*rows, strict=True))

    def row(self, at: int, width: int) -> States:
        """Return one row, up to some place."""
        return self._keys[at : at + 1, :, :width], self._values[at : at + 1, :, :width]

    def add(self, keys: torch.Tensor, values: torch.Tensor, at: int) -> States:
        """Write a new place where there is room; copying all of them at every step costs more."""
        if at == self._keys.shape[-2]:
            room = (0, 0, 0, _STEPS_OF_ROOM)
            self._keys, self._values = pad_tensor(self._keys, room), pad_tensor(self._values, room)
        self._keys[:, :, at : at + 1] = keys
        self._values[:, :, at : at + 1] = values
        return self._keys[:, :, : at + 1], self._values[:, :, : at + 1]


def _aligned(parts: Sequence[torch.Tensor], width: int) -> torch.Tensor:
    _, n_heads, _, size = parts[0].shape
    whole = parts[0].new_zeros(len(parts), n_heads, width + _STEPS_OF_ROOM, size)
    for row, part in zip(whole, parts, strict=True):
        n_places = min(width, part.shape[-2])
        row[:, width - n_places : width] = part[0, :, part.shape[-2] - n_places :]
    return whole


class _RunningCache(DynamicCache):  # type: ignore[misc] # transformers is untyped here
    """Lends the model the running rows' states, layer by layer."""

    def __init__(self, layers: Sequence[_Layer], n_before: int) -> None:
        super().__init__()
        self._running = layers
        self._n_before = n_before

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_: Any,
        **__: Any,
    ) -> States:
        """Return the keys and values that a layer attends to."""
        return self._running[layer_idx].add(key_states, value_states, self._n_before)

    def get_seq_length(self, layer_idx: int = 0) -> int:  # noqa: ARG002 - all layers hold equally many
        """Return the number of places before the new tokens."""
        return self._n_before
