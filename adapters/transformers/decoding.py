"""Rows that are being continued together: new ones join and finished ones leave at any step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.output_layer import wanted_logits
from harness.adapters.transformers.tree_reading import States, WayStates

_STEPS_OF_ROOM = 128


class RunningBatch:
    """Keys and values of the running rows, which all end at one place and start where they may.

    Whoever joins takes the seat of one that left, where there is one long enough; to copy all
    rows whenever one comes or goes would cost more than a step.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
    """

    def __init__(self, model: Any, windows: Windows) -> None:
        self._model = model
        self._windows = windows
        self._lengths: list[int] = []
        self._stop = 0
        """The place behind the last token of each row."""
        self._layers: list[_Layer] = []

    def change(self, staying: Sequence[int], joining: Sequence[WayStates]) -> list[int]:
        """Let go of all rows but some, and take up others.

        Args:
            staying: running rows.
            joining: per new row, what the model remembers of it; these lists are emptied, so that
                nothing is held twice.

        Returns:
            By row from now on, its number among those that stay and, behind them, those that join.
        """
        lengths = [
            *(self._lengths[row] for row in staying),
            *(way[0][0].shape[-2] for way in joining),
        ]
        fits = max(lengths, default=0) <= self._stop and len(lengths) <= self._n_seats
        if not fits:
            self._rebuild(staying, joining, max(lengths))
            self._lengths = lengths
            return list(range(len(lengths)))
        order = _seated(staying, len(lengths))
        for layer in self._layers:
            new = [way.pop(0) for way in joining]
            for seat, at in enumerate(order):
                if at >= len(staying):
                    layer.put(seat, new[at - len(staying)], self._stop)
                elif staying[at] != seat:
                    layer.put(seat, layer.row(staying[at], lengths[at], self._stop), self._stop)
        self._lengths = [lengths[at] for at in order]
        return order

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """Append a token to each row and return what follows: (rows, vocabulary)."""
        if self._stop == self._layers[0].n_places:
            self._rebuild(range(len(tokens)), [], max(self._lengths))
        ids = torch.tensor([[token] for token in tokens], device=self._model.device)
        lengths = torch.tensor(self._lengths, device=self._model.device)
        n_before = max(self._lengths)
        place = torch.arange(n_before + 1, device=self._model.device)
        arguments = {
            "input_ids": ids,
            "attention_mask": self._masks(place - (n_before - lengths)[:, None]),
            "position_ids": lengths[:, None],
            "past_key_values": _RunningCache(self._layers, len(tokens), n_before, self._stop),
            "use_cache": True,
        }
        lines = torch.arange(len(tokens), device=self._model.device)
        logits = wanted_logits(self._model, arguments, (len(tokens), 1), lines)
        self._lengths = [length + 1 for length in self._lengths]
        self._stop += 1
        return logits

    @property
    def _n_seats(self) -> int:
        return self._layers[0].n_seats if self._layers else 0

    def _rebuild(self, staying: Sequence[int], joining: Sequence[WayStates], width: int) -> None:
        # One layer after another, so that no more than one stands in memory twice.
        n_layers = len(joining[0]) if joining else len(self._layers)
        for at in range(n_layers):
            rows = [self._layers[at].row(row, self._lengths[row], self._stop) for row in staying]
            rows += [way.pop(0) for way in joining]
            self._layers[at : at + 1] = [_Layer(rows, width)]
        self._stop = width

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
    """Keys and values of one layer, (seats, heads, places, size), with room for more.

    Args:
        rows: of one layer, at least one, each as long as it is.
        width: of the longest row; the others are aligned with its end.
    """

    def __init__(self, rows: Sequence[States], width: int) -> None:
        self._wholes = tuple(
            part.new_empty(
                len(rows) + len(rows) // 4, part.shape[1], width + _STEPS_OF_ROOM, part.shape[-1]
            )
            for part in rows[0]
        )
        for seat, states in enumerate(rows):
            self.put(seat, states, width)

    @property
    def n_seats(self) -> int:
        """Most rows."""
        return int(self._wholes[0].shape[0])

    @property
    def n_places(self) -> int:
        """Most tokens of a row."""
        return int(self._wholes[0].shape[-2])

    def put(self, seat: int, states: States, stop: int) -> None:
        """Let a row take a seat, so that it ends before a place."""
        for whole, part in zip(self._wholes, states, strict=True):
            first = stop - part.shape[-2]
            # An infinity that an earlier row left there would come through the mask as no number.
            whole[seat, :, :first] = 0
            whole[seat, :, first:stop] = part[0]

    def row(self, seat: int, length: int, stop: int) -> States:
        """Return a row that ends before a place."""
        keys, values = (whole[seat : seat + 1, :, stop - length : stop] for whole in self._wholes)
        return keys, values

    def last(self, n_rows: int, n: int, stop: int) -> States:
        """Return the last n places before a place, of the first rows."""
        keys, values = (whole[:n_rows, :, stop - n : stop] for whole in self._wholes)
        return keys, values

    def add(self, states: States, n_before: int, stop: int) -> States:
        """Write a new place; return it for all rows with those before it."""
        for whole, new in zip(self._wholes, states, strict=True):
            whole[: len(new), :, stop : stop + 1] = new
        return self.last(len(states[0]), n_before + 1, stop + 1)


def _seated(staying: Sequence[int], n_rows: int) -> list[int]:
    """Return by seat who takes it: whoever can stays, and the others fill the gaps.

    >>> _seated([1, 2], 3), _seated([0, 3], 2)
    ([2, 0, 1], [0, 1])
    """
    settled = {row: at for at, row in enumerate(staying) if row < n_rows}
    others = iter(sorted(set(range(n_rows)) - set(settled.values())))
    return [settled[seat] if seat in settled else next(others) for seat in range(n_rows)]


class _RunningCache(DynamicCache):  # type: ignore[misc] # transformers is untyped here
    """Lends the model the running rows' states, layer by layer."""

    def __init__(self, layers: Sequence[_Layer], n_rows: int, n_before: int, stop: int) -> None:
        super().__init__()
        self._running = layers
        self._n_rows = n_rows
        self._n_before = n_before
        self._stop = stop

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_: Any,
        **__: Any,
    ) -> States:
        """Return the keys and values that a layer attends to."""
        return self._running[layer_idx].add((key_states, value_states), self._n_before, self._stop)

    def before(self) -> list[States]:
        """Return the keys and values before the new tokens, by layer."""
        return [layer.last(self._n_rows, self._n_before, self._stop) for layer in self._running]

    def get_seq_length(self, layer_idx: int = 0) -> int:  # noqa: ARG002 - all layers hold equally many
        """Return the number of places before the new tokens."""
        return self._n_before
