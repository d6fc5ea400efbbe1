"""How large a model's parameters are, whatever form they were given."""

from __future__ import annotations

from typing import Any

import torch


def parameter_bytes(model: Any) -> int:
    """Return the bytes of all weights and constants in memory, shared ones counted once.

    Args:
        model: of transformers, or one that knows its size itself (``parameter_bytes``).
    """
    known = getattr(model, "parameter_bytes", None)
    if known is not None:
        return int(known)
    plain = {each.data_ptr(): each for each in (*model.parameters(), *model.buffers())}
    return sum(map(_bytes, plain.values())) + sum(map(_packed_bytes, model.modules()))


def _packed_bytes(part: Any) -> int:
    """Return the bytes of torch's own int8 layers, which are no parameters and no buffers."""
    if not isinstance(part, torch.ao.nn.quantized.Linear):
        return 0
    return sum(_bytes(each) for each in (part.weight(), part.bias()) if each is not None)


def _bytes(tensor: torch.Tensor) -> int:
    return int(tensor.numel() * tensor.element_size())
