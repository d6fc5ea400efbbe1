"""Linear layers in int8: weights quantised once, activations as they come.

Each token and each output channel has a scale of its own, as in ZeroQuant (Yao et al. 2022) and
torchao's ``int8_dynamic_activation_int8_weight``. A language model has activations hundreds of
times larger than the rest, at a few places; under one scale for a whole batch, as in torch's own
``quantize_dynamic``, they leave nothing of the others, and an answer would hang on its neighbours
in the batch.
"""

from __future__ import annotations

from typing import Any

import torch

_LARGEST = 127
_TINY = 1e-12
"""Keeps the scale of a row of zeros from being zero."""


class Int8Linear(torch.nn.Module):  # type: ignore[misc] # torch's types are not followed
    """A linear layer that multiplies int8 by int8 and adds up exactly, in int32."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        weights = layer.weight.detach().float()
        scale = _scale(weights)
        # Architectures look for ``weight`` and its type, to cast their input to it or not.
        # In memory it lies transposed, as the product wants it: several times faster.
        self.register_buffer("weight", _rounded(weights, scale).t().contiguous().t())
        self.register_buffer("weight_scale", scale.squeeze(-1))
        self.bias = layer.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Map (…, in) to (…, out), in the type of the input; NaN and infinity stay visible."""
        rows = inputs.reshape(-1, inputs.shape[-1]).float()
        scale = _scale(rows)
        codes = _rounded(rows, scale)
        sums = torch._int_mm(codes, self.weight.t())  # noqa: SLF001 - torch has no public one
        outputs = sums.float() * scale * self.weight_scale
        if self.bias is not None:
            outputs += self.bias.float()
        return outputs.reshape(*inputs.shape[:-1], len(self.weight)).to(inputs.dtype)


def with_int8_linears(model: Any) -> Any:
    """Put int8 layers in place of the linear ones; embeddings keep their floats, tied or not."""
    # Subclasses of Linear compute something else, or are read by the layer that holds them.
    found = [(name, part) for name, part in model.named_modules() if type(part) is torch.nn.Linear]
    for name, layer in found:
        parent, _, own_name = name.rpartition(".")
        setattr(model.get_submodule(parent), own_name, Int8Linear(layer))
    return model


def _scale(rows: torch.Tensor) -> torch.Tensor:
    """Return (rows, 1): what one step of int8 is worth in each row."""
    return (rows.abs().amax(dim=-1, keepdim=True) / _LARGEST).clamp_min(_TINY)


def _rounded(rows: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return (rows / scale).round().to(torch.int8)
