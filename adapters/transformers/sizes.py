"""How large a model is, as far as the cost of a step follows from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from harness.adapters.transformers.onnx_model import OnnxModel
from harness.adapters.transformers.quiet import quiet

_EXPERTS = re.compile(r"\.experts\b")
_SHORT, _LONG = 4, 8
"""Tokens of two passes, whose difference is what a token adds to the cache."""


def facts_of(model: Any) -> Mapping[str, float]:
    """Return sizes by name; what is not known is absent.

    - ``n_parameters``, ``parameter_bytes``: all weights, each once.
    - ``n_active_parameters``, ``active_parameter_bytes``: those that a step reads. An embedding
      that is no output layer is looked up, and not read. Of a mixture of experts it is an
      estimate, for each token has experts of its own: ``n_experts`` and ``n_experts_per_token``
      are there exactly then.
    - ``active_share_bfloat16`` and so on: of the parameters that a step reads, those of a format,
      by torch's name; ``int8`` for all that are computed with as such or widened on the way.
    - ``kv_bytes_per_token``: what a token adds to the keys and values of a causal model.
    - ``n_layers``.

    Args:
        model: of transformers.
    """
    if isinstance(model, OnnxModel):
        return model.facts()
    config = model.config.get_text_config()
    facts: dict[str, float] = {}
    layers = getattr(config, "num_hidden_layers", None)
    if isinstance(layers, int):
        facts["n_layers"] = float(layers)
    facts |= _weights(model, _share_of_experts(config, facts))
    per_token = _kv_bytes_per_token(model)
    if per_token is not None:
        facts["kv_bytes_per_token"] = per_token
    return facts


def parameter_bytes(model: Any) -> int:
    """Return the bytes of all weights, each once."""
    if isinstance(model, OnnxModel):
        return model.parameter_bytes
    return sum(tensor.nbytes for _, tensor in _tensors(model))


def _weights(model: Any, share: float) -> dict[str, float]:
    counts = bytes_ = active_bytes = 0.0
    active_counts: Counter[str] = Counter()
    looked_up = _looked_up(model)
    for name, tensor in _tensors(model):
        size = tensor.nbytes
        part = share if _EXPERTS.search(name) else float(tensor is not looked_up)
        bytes_, active_bytes = bytes_ + size, active_bytes + part * size
        if not name.endswith(".weight_scale"):
            counts += tensor.numel()
            active_counts[_format(tensor)] += part * tensor.numel()
    total = sum(active_counts.values())
    return {
        "n_parameters": counts,
        "parameter_bytes": bytes_,
        "n_active_parameters": total,
        "active_parameter_bytes": active_bytes,
        **{f"active_share_{name}": n / total for name, n in active_counts.items() if n},
    }


def _format(tensor: torch.Tensor) -> str:
    # Formats of one byte, and of two packed into one, go by many names.
    return str(tensor.dtype).removeprefix("torch.") if tensor.element_size() > 1 else "int8"


def _tensors(model: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield each weight once, those of int8 layers among them, which are no parameters."""
    yield from model.named_parameters()
    for name, part in model.named_modules():
        if hasattr(part, "weight_scale"):
            yield f"{name}.weight", part.weight
            yield f"{name}.weight_scale", part.weight_scale
        elif isinstance(part, torch.ao.nn.quantized.Linear):  # torch's quantize_dynamic
            yield f"{name}.weight", part.weight()
            if (bias := part.bias()) is not None:
                yield f"{name}.bias", bias


def _looked_up(model: Any) -> torch.Tensor | None:
    embedding = model.get_input_embeddings()
    output = model.get_output_embeddings()
    own = getattr(embedding, "weight", None)
    is_tied = output is not None and getattr(output, "weight", None) is own
    return None if is_tied else own


def _share_of_experts(config: Any, facts: dict[str, float]) -> float:
    names = ("num_local_experts", "num_experts", "n_routed_experts")
    total = next((n for name in names if (n := getattr(config, name, None))), None)
    chosen = getattr(config, "num_experts_per_tok", None)
    if not total or not chosen:
        return 1.0
    facts["n_experts"], facts["n_experts_per_token"] = float(total), float(chosen)
    return float(chosen) / float(total)


def _kv_bytes_per_token(model: Any) -> float | None:
    """Measure it, for configurations tell of heads and sizes in many ways."""
    if not model.can_generate() or model.config.is_encoder_decoder:
        return None
    sizes = [_cache_bytes(model, n_tokens) for n_tokens in (_SHORT, _LONG)]
    if sizes[0] is None or sizes[1] is None:
        return None
    return (sizes[1] - sizes[0]) / (_LONG - _SHORT)


def _cache_bytes(model: Any, n_tokens: int) -> int | None:
    ids = torch.zeros((1, n_tokens), dtype=torch.long, device=model.device)
    with torch.inference_mode(), quiet():
        cache = model(input_ids=ids, use_cache=True).past_key_values
    layers = getattr(cache, "layers", None)
    if layers is None:  # states of another kind, or a transformers before 4.54
        return None
    held = [getattr(layer, name, None) for layer in layers for name in ("keys", "values")]
    if not all(isinstance(each, torch.Tensor) for each in held):
        return None
    return sum(int(each.nbytes) for each in held if each is not None)
