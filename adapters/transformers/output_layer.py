"""Logits only where they are wanted."""

from __future__ import annotations

from typing import Any, Self

import torch

from harness.adapters.transformers.onnx_model import OnnxCausal


def wanted_logits(
    model: Any, arguments: dict[str, Any], shape: tuple[int, int], wanted: torch.Tensor
) -> torch.Tensor:
    """Run a model once and return the logits at the wanted places: (wanted, vocabulary).

    Args:
        model: of transformers, with a language-model head.
        arguments: of its forward method.
        shape: (rows, tokens) of the decoder's input.
        wanted: places in the input, its rows laid end to end.
    """
    if isinstance(model, OnnxCausal):
        return model.wanted_logits(arguments, wanted)
    with torch.inference_mode(), OnlyAt(model.get_output_embeddings(), shape, wanted) as at:
        logits: torch.Tensor = model(**arguments).logits
    logits = logits.reshape(-1, logits.shape[-1])
    return logits if at.was_applied else logits[wanted]


class OnlyAt:
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
        """Begin to select."""
        if self._layer is not None:
            self._handle = self._layer.register_forward_pre_hook(self._select)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the output layer as it was."""
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
