"""Rows that are being continued together: new ones join and finished ones leave at any step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import pad as pad_tensor
from transformers import DynamicCache

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.output_layer import wanted_logits

Tokens = tuple[int, ...]
_STEPS_OF_ROOM = 64


class RunningBatch:
    """Keys and values of the running rows, which all end at one place and start where they may.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
        pad_id: fills up the beginnings of rows, and is masked out.
    """

    def __init__(self, model: Any, windows: Windows, pad_id: int) -> None:
        self._model = model
        self._windows = windows
        self._pad_id = pad_id
        self._lengths = torch.zeros(0, dtype=torch.long, device=model.device)
        self._width = 0
        self._states: list[_Layer] = []

    def join(self, prompts: Sequence[Tokens]) -> torch.Tensor:
        """Read the prompts of new rows, which come after the running ones; (new, vocabulary)."""
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=self._model.device)
        width = int(lengths.max())
        ids = torch.tensor(
            [[self._pad_id] * (width - len(prompt)) + list(prompt) for prompt in prompts],
            device=self._model.device,
        )
        states: list[_Layer] = []
        logits = self._read(ids, lengths, 0, states)
        both = max(width, self._width)
        if self._states:
            pairs = zip(self._states, states, strict=True)
            states = [one.under(other, self._width, width, both) for one, other in pairs]
        self._states, self._width = states, both
        self._lengths = torch.cat([self._lengths, lengths])
        return logits

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """Append a token to each row and return what follows: (rows, vocabulary)."""
        ids = torch.tensor([[token] for token in tokens], device=self._model.device)
        logits = self._read(ids, self._lengths + 1, self._width, self._states)
        self._lengths, self._width = self._lengths + 1, self._width + 1
        return logits

    def keep(self, rows: Sequence[int]) -> None:
        """Let go of all rows but these, and of the room that only longer rows needed."""
        chosen = torch.tensor(rows, dtype=torch.long, device=self._model.device)
        self._lengths = self._lengths[chosen]
        width = int(self._lengths.max()) if len(rows) else 0
        past = slice(self._width - width, self._width)
        self._states = [layer.part(chosen, past) for layer in self._states] if rows else []
        self._width = width

    def _read(
        self, ids: torch.Tensor, lengths: torch.Tensor, n_before: int, states: list[_Layer]
    ) -> torch.Tensor:
        n_rows, n_new = ids.shape
        ends = n_before + n_new
        place = torch.arange(ends, device=ids.device)
        positions = place - (ends - lengths)[:, None]
        new = positions[:, n_before:]
        arguments = {
            "input_ids": ids,
            "attention_mask": self._masks(new, positions),
            "position_ids": new.clamp(min=0),
            "past_key_values": _RunningCache(states, n_before),
            "use_cache": True,
        }
        last = torch.arange(1, n_rows + 1, device=ids.device) * n_new - 1
        return wanted_logits(self._model, arguments, (n_rows, n_new), last)

    def _masks(self, new: torch.Tensor, seen: torch.Tensor) -> Any:
        behind = new[:, :, None] - seen[:, None, :]
        # Padding lies before position 0. It may see itself, for a line of nothing is no number.
        is_seen = (behind >= 0) & ((seen >= 0)[:, None, :] | (behind == 0))
        dtype = self._model.dtype
        masks = {
            kind: torch.zeros(is_seen.shape, dtype=dtype, device=new.device).masked_fill_(
                ~(is_seen if window is None else is_seen & (behind < window)),
                torch.finfo(dtype).min,
            )[:, None]
            for kind, window in self._windows.items()
        }
        return masks if len(masks) > 1 else next(iter(masks.values()))


class _Layer:
    """Keys and values of one layer, (rows, heads, places, size), with room for more places."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self.keys = keys
        self.values = values

    def add(self, keys: torch.Tensor, values: torch.Tensor, at: int) -> None:
        """Write new places in place; copying all of them at every step would cost far more."""
        stop = at + keys.shape[-2]
        if stop > self.keys.shape[-2]:
            room = (0, 0, 0, stop - self.keys.shape[-2] + _STEPS_OF_ROOM)
            self.keys, self.values = pad_tensor(self.keys, room), pad_tensor(self.values, room)
        self.keys[..., at:stop, :] = keys
        self.values[..., at:stop, :] = values

    def part(self, rows: torch.Tensor, places: slice) -> _Layer:
        """Return some rows and places."""
        return _Layer(self.keys[rows][..., places, :], self.values[rows][..., places, :])

    def under(self, other: _Layer, width: int, other_width: int, both: int) -> _Layer:
        """Return these rows with others below, aligned at their ends."""
        return _Layer(
            _stacked(self.keys[..., :width, :], other.keys[..., :other_width, :], both),
            _stacked(self.values[..., :width, :], other.values[..., :other_width, :], both),
        )


def _stacked(one: torch.Tensor, other: torch.Tensor, width: int) -> torch.Tensor:
    return torch.cat([pad_tensor(each, (0, 0, width - each.shape[-2], 0)) for each in (one, other)])


class _RunningCache(DynamicCache):  # type: ignore[misc] # transformers is untyped here
    """Lends the model the running rows' states, layer by layer."""

    def __init__(self, layers: list[_Layer], n_before: int) -> None:
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
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the keys and values that a layer attends to."""
        if layer_idx == len(self._running):
            self._running.append(_Layer(key_states, value_states))
            return key_states, value_states
        layer, stop = self._running[layer_idx], self._n_before + key_states.shape[-2]
        layer.add(key_states, value_states, self._n_before)
        return layer.keys[..., :stop, :], layer.values[..., :stop, :]

    def before(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return the keys and values before the new tokens, by layer."""
        past = slice(self._n_before)
        return [(one.keys[..., past, :], one.values[..., past, :]) for one in self._running]

    def get_seq_length(self, layer_idx: int = 0) -> int:  # noqa: ARG002 - all layers hold equally many
        """Return the number of places before the new tokens."""
        return self._n_before
