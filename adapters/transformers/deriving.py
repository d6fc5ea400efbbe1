"""From a loaded checkpoint to the variant of it that was asked for."""

from __future__ import annotations

from typing import Any

import torch

from harness.adapters.transformers.int8_linear import with_int8_linears
from harness.adapters.transformers.own_memory import detach_from_file
from harness.adapters.transformers.pruning import prune, prune_2_of_4
from harness.adapters.transformers.variant import (
    COMPILED,
    INT8_BY_BATCH,
    INT8_BY_TOKEN,
    PRUNED_2_OF_4,
    pruned_percentage,
)


def derived(model: Any, variant: str | None) -> Any:
    """Apply what is applied after loading; number formats are part of loading.

    Args:
        model: of transformers, on its device; may be changed in place.
        variant: one that runs in torch.

    Raises:
        ConfigError: a layer's shape does not allow it.
    """
    if variant in (INT8_BY_TOKEN, INT8_BY_BATCH):
        detach_from_file(model)
        return _in_int8(model, by_token=variant == INT8_BY_TOKEN)
    if variant == PRUNED_2_OF_4:
        prune_2_of_4(model)
    elif percentage := pruned_percentage(variant):
        prune(model, percentage)
    elif variant == COMPILED:
        from harness.adapters.transformers.compiling import compile_blocks

        compile_blocks(model)
    return model


def _in_int8(model: Any, *, by_token: bool) -> Any:
    if by_token:
        return with_int8_linears(model)
    from torch.ao.quantization import quantize_dynamic

    # Deprecated in favour of another package, and still what many a model is shipped with.
    return quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
