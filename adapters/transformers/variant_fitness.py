"""Whether this machine, and this task, can have a variant: asked before anything is loaded."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.variant import (
    COMPILED,
    IN_BITSANDBYTES,
    IN_ONNX,
    INT8_BY_BATCH,
    INT8_BY_TOKEN,
)
from harness.core.errors import ConfigError

_ON_THE_CPU = (INT8_BY_TOKEN, INT8_BY_BATCH, *IN_ONNX)
_COMPILERS = ("c++", "g++", "clang++", "cl")
_PACKAGES = {"onnx": "onnx", "onnxscript": "onnx", "onnxruntime": "onnx"}


def check_variant_fits(options: TransformersAdapter, device: str) -> None:
    """Refuse a variant that this device, machine or task cannot have.

    Raises:
        ConfigError: one sentence with the reason and what to write instead.
    """
    variant = options.variant
    if variant is None:
        return
    where = f"variant = {variant!r}"
    if variant in _ON_THE_CPU and device != "cpu":
        reason = f"runs on the CPU, and the device is {device}"
        raise ConfigError(where, reason, "write device = 'cpu'")
    if variant in IN_BITSANDBYTES:
        _check_bitsandbytes(where, device)
    if variant in IN_ONNX:
        _check_onnx(where, options)
    if variant == COMPILED and device == "cpu" and not any(map(shutil.which, _COMPILERS)):
        reason = f"needs a C++ compiler, and none of {', '.join(_COMPILERS)} is here"
        raise ConfigError(where, reason, "install one, or leave variant out")
    if variant == COMPILED and device.startswith("cuda") and find_spec("triton") is None:
        raise ConfigError(where, "the package triton is not installed", "pip install triton")


def _check_bitsandbytes(where: str, device: str) -> None:
    if not device.startswith("cuda"):
        raise ConfigError(where, f"needs CUDA, and the device is {device}", "write 'dynamic-int8'")
    if find_spec("bitsandbytes") is None:
        raise ConfigError(
            where, "the package bitsandbytes is not installed", "pip install bitsandbytes"
        )


def _check_onnx(where: str, options: TransformersAdapter) -> None:
    if options.task == "seq2seq":
        reason = "is made for one graph, and an encoder-decoder pair needs two"
        raise ConfigError(where, reason, "leave variant out")
    if options.attention == "flash_attention_2":
        raise ConfigError(where, "has no flash_attention_2", "leave attention out")
    for package, extra in _PACKAGES.items():
        if find_spec(package) is None:
            raise ConfigError(
                where,
                f"the package {package} is not installed",
                f"pip install 'model-audit-harness[{extra}]'",
            )
