"""Number formats: data types and quantisation."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.int8_linear import with_int8_linears
from harness.core.errors import ConfigError

_ON_THE_CPU = ("dynamic-int8", "dynamic-int8-per-tensor")


def load_arguments(options: TransformersAdapter, device: str) -> dict[str, Any]:
    """Return what ``from_pretrained`` needs to know.

    Raises:
        ConfigError: the quantisation is not to be had on this device.
    """
    name = options.dtype or ("float32" if device == "cpu" else "auto")
    arguments: dict[str, Any] = {"dtype": name if name == "auto" else getattr(torch, name)}
    if options.quantisation in _ON_THE_CPU and device != "cpu":
        raise ConfigError(
            f"quantisation = {options.quantisation!r}",
            f"runs on the CPU, and the device is {device}",
            "write device = 'cpu'",
        )
    if options.quantisation in ("bnb-8bit", "bnb-4bit"):
        _check_bitsandbytes(options.quantisation, device)
        arguments["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_8bit=options.quantisation == "bnb-8bit",
            load_in_4bit=options.quantisation == "bnb-4bit",
        )
        # These weights are quantised on their way to the device and cannot be moved later.
        arguments["device_map"] = {"": device}
    return arguments


def quantised(model: Any, options: TransformersAdapter) -> Any:
    """Apply what is applied after loading: int8 of the linear layers."""
    if options.quantisation == "dynamic-int8":
        return with_int8_linears(model)
    if options.quantisation == "dynamic-int8-per-tensor":
        from torch.ao.quantization import quantize_dynamic

        # Deprecated in favour of another package, and still what many a model is shipped with.
        return quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
    return model


def batch_budget(options: TransformersAdapter) -> int:
    """Return the tokens that a batch may hold.

    Under one scale for a whole batch an answer would hang on its neighbours, so that each row
    goes alone.
    """
    is_shared = options.quantisation == "dynamic-int8-per-tensor"
    return 1 if is_shared else options.max_batch_tokens


def _check_bitsandbytes(quantisation: str, device: str) -> None:
    where = f"quantisation = {quantisation!r}"
    if not device.startswith("cuda"):
        raise ConfigError(where, f"needs CUDA, and the device is {device}", "write 'dynamic-int8'")
    if find_spec("bitsandbytes") is None:
        raise ConfigError(
            where, "the package bitsandbytes is not installed", "pip install bitsandbytes"
        )
