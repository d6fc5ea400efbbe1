"""Number formats: what a model's weights are loaded as."""

from __future__ import annotations

from typing import Any

import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.variant import IN_BITSANDBYTES, INT8_BY_BATCH, dtype_of


def load_arguments(options: TransformersAdapter, device: str) -> dict[str, Any]:
    """Return what ``from_pretrained`` needs to know."""
    stated = dtype_of(options.variant, options.dtype)
    name = stated or ("float32" if device == "cpu" else "auto")
    arguments: dict[str, Any] = {"dtype": name if name == "auto" else getattr(torch, name)}
    if options.variant in IN_BITSANDBYTES:
        arguments["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_8bit=options.variant == "bnb-8bit",
            load_in_4bit=options.variant == "bnb-4bit",
        )
        # These weights are quantised on their way to the device and cannot be moved later.
        arguments["device_map"] = {"": device}
    return arguments


def batch_budget(options: TransformersAdapter) -> int:
    """Return the tokens that a batch may hold.

    Under one scale for a whole batch an answer would hang on its neighbours, so that each row
    goes alone.
    """
    is_shared = options.variant in (INT8_BY_BATCH, "onnx-int8")
    return 1 if is_shared else options.max_batch_tokens
