"""Weights of small magnitude set to zero (Han et al. 2015), in each layer by itself.

Zeros are stored as any other number: a pruned model is neither smaller nor faster unless a kernel
knows them, and torch's own on the CPU do not. What pruning costs in quality is what this shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from harness.core.errors import ConfigError

_GROUP, _KEPT = 4, 2


def prune(model: Any, percentage: int) -> None:
    """Set the smallest weights of each layer of the body to zero; heads and embeddings stay.

    Args:
        model: changed in place.
        percentage: of each matrix's weights, rounded to whole weights, in [1, 99].
    """
    for _, weights in _matrices(model):
        flat = weights.view(-1)
        n_zeros = round(flat.numel() * percentage / 100)
        if not n_zeros:
            continue
        magnitudes = flat.abs()
        limit = magnitudes.kthvalue(n_zeros).values
        is_below = magnitudes < limit
        # Equal magnitudes go in the order of their places: the same weights every time.
        at_limit = (magnitudes == limit).nonzero().squeeze(-1)
        flat[is_below] = 0
        flat[at_limit[: n_zeros - int(is_below.sum())]] = 0


def prune_2_of_4(model: Any) -> None:
    """Set the two smallest of every four neighbouring inputs' weights to zero.

    The pattern that sparse tensor cores take (Mishra et al. 2021); here it is a pattern of zeros
    and nothing more.

    Raises:
        ConfigError: the inputs of a layer are no multiple of four.
    """
    for name, weights in _matrices(model):
        if weights.shape[-1] % _GROUP:
            raise ConfigError(
                "variant = 'pruned-2:4'",
                f"layer {name} has {weights.shape[-1]} inputs, which make no groups of four",
                "write 'pruned-50'",
            )
        groups = weights.view(-1, _GROUP)
        smallest = groups.abs().argsort(dim=-1, stable=True)[:, : _GROUP - _KEPT]
        groups.scatter_(1, smallest, 0)


def _matrices(model: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield each matrix of the body with its name, as (outputs, inputs) and open to writing."""
    head = model.get_output_embeddings()
    for name, layer in model.base_model.named_modules():
        if layer is head or not isinstance(layer, torch.nn.Linear | Conv1D):
            continue
        weights = layer.weight.data
        if isinstance(layer, Conv1D):
            # GPT-2 keeps its matrices the other way round.
            turned = weights.t().contiguous()
            yield name, turned
            weights.copy_(turned.t())
        else:
            yield name, weights
