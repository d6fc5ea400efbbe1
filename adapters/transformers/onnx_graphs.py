"""What of a model becomes an ONNX graph: its inputs, its outputs, and example sizes of them.

A causal model's graph takes the keys and values of the tokens before, a mask and positions, so
that one graph serves prefix trees, running batches and plain rows alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from harness.adapters.transformers.quiet import quiet

Tensors = tuple[torch.Tensor, ...]
_ANY = torch.export.Dim.DYNAMIC


@dataclass(frozen=True, slots=True)
class Graph:
    """A module with plain tensors going in and out, ready for the exporter."""

    module: torch.nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    free: tuple[dict[int, Any], ...]
    """Of each input, the axes that may have any length."""
    examples: tuple[Tensors, ...]
    """Inputs of several sizes; the first is traced, all are checked."""


def causal_graph(model: Any) -> Graph:
    """Return the graph of a decoder that is given masks, positions and states."""
    sizes = _state_sizes(model)
    shapes = ((2, 3, 5), (1, 7, 0), (3, 1, 4))
    return Graph(
        module=_Causal(model).eval(),
        inputs=("input_ids", "attention_mask", "position_ids", "wanted", "past"),
        outputs=("logits", "new"),
        free=tuple(dict.fromkeys(axes, _ANY) for axes in ((0, 1), (0, 2, 3), (0, 1), (0,), (1, 3))),
        examples=tuple(_causal_example(model, shape, sizes) for shape in shapes),
    )


def plain_graph(model: Any, output: str) -> Graph:
    """Return the graph of a model that reads a whole row at once.

    Args:
        model: a classifier, a masked model or an encoder.
        output: ``logits`` or ``last_hidden_state``.
    """
    return Graph(
        module=_Plain(model, output).eval(),
        inputs=("input_ids", "attention_mask"),
        outputs=(output,),
        free=({0: _ANY, 1: _ANY}, {0: _ANY, 1: _ANY}),
        examples=tuple(_plain_example(model, shape) for shape in ((2, 5), (1, 3), (4, 9))),
    )


class _Plain(torch.nn.Module):  # type: ignore[misc] # torch's types are not followed
    def __init__(self, model: Any, output: str) -> None:
        super().__init__()
        self.model = model
        self.output = output

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        found = self.model(input_ids=input_ids, attention_mask=attention_mask)
        result: torch.Tensor = getattr(found, self.output)
        return result


class _Causal(torch.nn.Module):  # type: ignore[misc] # torch's types are not followed
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        position_ids: torch.Tensor,
        wanted: torch.Tensor,
        past: torch.Tensor,
    ) -> Tensors:
        """Return logits (wanted, vocabulary) and new states like ``past``.

        Args:
            input_ids: (rows, new).
            attention_mask: (rows, 1, new, past + new), to be added.
            position_ids: (rows, new).
            wanted: places in ``input_ids``, its rows laid end to end.
            past: (twice the layers, rows, heads, past, size), keys and values in turn.
        """
        states = _TracedStates(past.unbind(0))
        layer = self.model.get_output_embeddings()
        handle = layer.register_forward_pre_hook(
            lambda _layer, inputs: (inputs[0].reshape(1, -1, inputs[0].shape[-1])[:, wanted],)
        )
        try:
            logits = self.model(
                input_ids=input_ids,
                attention_mask=attention_mask,
                position_ids=position_ids,
                past_key_values=states,
                use_cache=True,
            ).logits
        finally:
            handle.remove()
        return logits[0], torch.stack(states.new)


class _TracedStates(DynamicCache):  # type: ignore[misc] # transformers is untyped here
    """Puts past states before new ones, and keeps the new ones apart."""

    def __init__(self, past: Tensors) -> None:
        super().__init__()
        self._past = past
        self.new: list[torch.Tensor] = []

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_: Any,
        **__: Any,
    ) -> Tensors:
        self.new += [key_states, value_states]
        keys, values = self._past[2 * layer_idx : 2 * layer_idx + 2]
        return torch.cat([keys, key_states], dim=-2), torch.cat([values, value_states], dim=-2)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return int(self._past[2 * layer_idx].shape[-2])


def _state_sizes(model: Any) -> tuple[int, int, int]:
    """Return (twice the layers, heads, size) of a model's keys and values, found by asking it."""
    cache = DynamicCache()
    with torch.inference_mode(), quiet():
        model(input_ids=torch.zeros(1, 1, dtype=torch.long), past_key_values=cache, use_cache=True)
    keys = cache.layers[0].keys
    return 2 * len(cache.layers), int(keys.shape[1]), int(keys.shape[3])


def _causal_example(
    model: Any, shape: tuple[int, int, int], sizes: tuple[int, int, int]
) -> Tensors:
    n_rows, n_new, n_past = shape
    ids = _ids(model, (n_rows, n_new))
    draw = torch.Generator().manual_seed(n_new)
    order = torch.arange(n_past + n_new)
    is_seen = order <= order[n_past:, None]
    mask = torch.zeros(n_rows, 1, n_new, n_past + n_new)
    mask = mask.masked_fill(~is_seen, torch.finfo(torch.float32).min)
    positions = order[n_past:].repeat(n_rows, 1)
    wanted = torch.arange(0, n_rows * n_new, 2)
    n_states, n_heads, size = sizes
    past = torch.randn(n_states, n_rows, n_heads, n_past, size, generator=draw)
    return ids, mask, positions, wanted, past


def _plain_example(model: Any, shape: tuple[int, int]) -> Tensors:
    mask = torch.ones(shape, dtype=torch.long)
    # Rows of unequal length, as batches have them.
    mask[0, -1] = 0
    return _ids(model, shape), mask


def _ids(model: Any, shape: tuple[int, int]) -> torch.Tensor:
    """Return ids spread over the vocabulary, whose first ones are special."""
    n_tokens = model.get_input_embeddings().num_embeddings
    n_ids = shape[0] * shape[1]
    return (torch.arange(n_ids) * (n_tokens - 1) // n_ids + 1).reshape(shape) % n_tokens
