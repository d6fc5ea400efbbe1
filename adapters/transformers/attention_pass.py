"""One batch forward with an eye on attention: what each row's layers look at, mean over heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from harness.adapters.transformers.forward import pad
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.quiet import quiet

Tokens = tuple[int, ...]
_EAGER = "eager"
"""The only kernel that keeps its weights: the others never hold a whole map."""


def attention_maps(loaded: LoadedModel, rows: Sequence[Tokens]) -> list[torch.Tensor] | None:
    """Return (layers, n, n) for each row of n tokens: who looks where, padding cut off.

    Args:
        loaded: a model whose layers look at tokens.
        rows: at least one; no longer than the window.

    Returns:
        In double precision on the CPU, rows summing to 1; None for an architecture that shows no
        maps between the tokens of a text.
    """
    batch = pad(rows, loaded.pad_id, loaded.device)
    body = loaded.model.base_model
    # A decoder's cache would be built and thrown away. Others do not know the word.
    more = {"use_cache": False} if loaded.model.can_generate() else {}
    with quiet(), _eager(loaded.model), torch.inference_mode():
        found = body(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            output_attentions=True,
            **more,
        )
    layers = getattr(found, "attentions", None)
    width = batch.input_ids.shape[1]
    if not layers or any(not _is_map(layer, width) for layer in layers):
        return None
    # Heads are averaged at once: their number is what makes the maps large.
    means = torch.stack([layer.float().mean(1).cpu() for layer in layers], dim=1).double()
    return [_own(means[at], len(tokens)) for at, tokens in enumerate(rows)]


def bytes_per_row(loaded: LoadedModel, n_tokens: int) -> int:
    """Return what all maps of one text take, every layer's and head's, in single precision."""
    config = loaded.model.config.get_text_config()
    n_maps = int(config.num_hidden_layers) * int(config.num_attention_heads)
    return 4 * n_maps * n_tokens**2


def rolled_out(layers: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    """Follow attention from the last layer to the first (Abnar and Zuidema 2020).

    Args:
        layers: (layers, n, n), from the first layer on.
        start: (k, n), where to start from, in rows that sum to 1.

    Returns:
        (k, n), in rows that sum to 1: with half of each layer's look going to the token itself,
        for the residual connection.
    """
    reached = start
    for layer in layers.flip(0):
        reached = (reached @ layer + reached) / 2
    return reached


def _own(means: torch.Tensor, n_tokens: int) -> torch.Tensor:
    own = means[:, :n_tokens, :n_tokens]
    # Half precision leaves rows that sum to 1 by three digits only.
    return own / own.sum(-1, keepdim=True)


def _is_map(layer: Any, width: int) -> bool:
    return isinstance(layer, torch.Tensor) and layer.shape[-2:] == (width, width)


@contextmanager
def _eager(model: Any) -> Iterator[None]:
    """Run with the kernel that keeps its weights, and afterwards with the model's own again."""
    own = model.config._attn_implementation  # noqa: SLF001 - has no public name
    if own == _EAGER:
        yield
        return
    model.set_attn_implementation(_EAGER)
    try:
        yield
    finally:
        model.set_attn_implementation(own)
