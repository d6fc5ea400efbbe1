"""The names of models that are derived from a checkpoint, and what each name asks for."""

from __future__ import annotations

import re

from harness.core.errors import ConfigError

INT8_BY_TOKEN, INT8_BY_BATCH = "dynamic-int8", "dynamic-int8-per-tensor"
IN_BITSANDBYTES = ("bnb-8bit", "bnb-4bit")
OF_DTYPE = {"bf16": "bfloat16", "fp16": "float16"}
IN_ONNX = ("onnx", "onnx-int8")
PRUNED_2_OF_4 = "pruned-2:4"
COMPILED = "torch-compile"
_NAMES = (
    INT8_BY_TOKEN,
    INT8_BY_BATCH,
    *OF_DTYPE,
    "pruned-30",
    PRUNED_2_OF_4,
    *IN_ONNX,
    COMPILED,
    *IN_BITSANDBYTES,
)
_PRUNED = re.compile(r"pruned-([1-9]\d?)")


def check_variant(variant: str | None, dtype: str | None) -> None:
    """Refuse a name that means nothing, and two number formats for one model.

    Raises:
        ConfigError: with the names that are known.
    """
    if variant is None:
        return
    where = f"variant = {variant!r}"
    if variant not in _NAMES and pruned_percentage(variant) is None:
        known = ", ".join(_NAMES)
        raise ConfigError(where, "is no variant", f"write one of {known}; pruned-1 to pruned-99")
    if dtype is not None and variant in OF_DTYPE and dtype != OF_DTYPE[variant]:
        raise ConfigError(where, f"says otherwise than dtype = {dtype!r}", "leave dtype out")
    if variant in IN_ONNX and dtype not in (None, "float32"):
        raise ConfigError(where, f"starts from float32, not {dtype}", "leave dtype out")


def pruned_percentage(variant: str | None) -> int | None:
    """Return the share of weights set to zero in ``pruned-NN``, in percent."""
    found = _PRUNED.fullmatch(variant or "")
    return int(found[1]) if found else None


def dtype_of(variant: str | None, dtype: str | None) -> str | None:
    """Return the number format that both options ask for; None leaves it to the device."""
    if variant in IN_ONNX:
        return "float32"
    return OF_DTYPE.get(variant or "", dtype)


def has_gradients(variant: str | None) -> bool:
    """Tell whether what the variant computes can be differentiated, in torch and in its weights."""
    return variant is None or variant in (*OF_DTYPE, PRUNED_2_OF_4) or variant.startswith("pruned-")


def has_attention_maps(variant: str | None) -> bool:
    """Tell whether the variant runs in torch layer by layer, each of which can be looked at."""
    return variant != COMPILED and variant not in IN_ONNX


def told_variant(variant: str | None, dtype: str | None) -> str:
    """Return what an identity says: one name for one model, however it was asked for."""
    by_dtype = {name: short for short, name in OF_DTYPE.items()}
    return variant or by_dtype.get(dtype or "", "none")
