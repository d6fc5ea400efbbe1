"""What a model's attention layers look back on, and whether a mask from outside decides it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

Windows = dict[str, int | None]
"""Tokens that each kind of attention layer looks back on, itself counted; None is all."""

FULL, _SLIDING = "full_attention", "sliding_attention"
_MASKED_FROM_OUTSIDE = ("eager", "sdpa")
# Settings whose names look as if they restricted attention; what the others say is known.
_UNDERSTOOD = {
    "decoder_sparse_step",
    "max_window_layers",
    "num_local_experts",
    "rope_local_base_freq",
    "sliding_window",
    "sliding_window_pattern",
    "use_sliding_window",
}
_RESTRICTS = re.compile("window|local|chunk|sparse|alibi|block_size")
# Their rotations hang on the longest row of a batch, so that what was computed for one row would
# not do for another.
_MOVING_ROPES = ("dynamic", "longrope")


class UnshareableError(Exception):
    """Rows cannot share what is computed for their common beginning; the text says why."""


def windows_of(model: Any) -> Windows:
    """Return each kind of attention layer with its window.

    Args:
        model: a causal language model of transformers.

    Raises:
        UnshareableError: a layer may look at tokens otherwise than a mask tells it to.
    """
    windows = _windows_stated(model.config.get_text_config())
    # Some configurations state a window that the code knows nothing of, and before 4.53 the code
    # took one mask for all kinds of layers.
    if any(windows.values()) and not _makes_sliding_masks(model):
        raise UnshareableError("sliding windows are made by no mask")
    return windows


def _windows_stated(config: Any) -> Windows:
    kernel = config._attn_implementation  # noqa: SLF001 - has no public name
    if kernel not in _MASKED_FROM_OUTSIDE:
        raise UnshareableError(f"{kernel} takes no mask")
    settings = config.to_dict()
    unknown = [
        name
        for name, value in settings.items()
        if value and name.lstrip("_") not in _UNDERSTOOD and _RESTRICTS.search(name)
    ]
    if unknown:
        raise UnshareableError(f"attention may be restricted by {', '.join(sorted(unknown))}")
    if any(kind in _MOVING_ROPES for kind in _rope_kinds(settings)):
        raise UnshareableError("rotary positions depend on the length of a batch")
    kinds = _layer_kinds(config)
    if not kinds <= {FULL, _SLIDING}:
        raise UnshareableError(f"layers are of kind {', '.join(sorted(kinds - {FULL, _SLIDING}))}")
    windows: Windows = {FULL: None, _SLIDING: getattr(config, "sliding_window", None)}
    return {kind: windows[kind] for kind in sorted(kinds)}


def _makes_sliding_masks(model: Any) -> bool:
    modules = {sys.modules.get(type(part).__module__) for part in model.modules()}
    return any(hasattr(module, "create_sliding_window_causal_mask") for module in modules)


def _layer_kinds(config: Any) -> set[str]:
    stated = getattr(config, "layer_types", None)
    if stated is not None:
        return set(stated)
    is_sliding = getattr(config, "sliding_window", None) and getattr(
        config, "use_sliding_window", True
    )
    return {_SLIDING if is_sliding else FULL}


def _rope_kinds(settings: dict[str, Any]) -> Iterator[str]:
    """Yield the kinds of rotary positions; some models have one for each kind of layer."""
    for name in ("rope_parameters", "rope_scaling"):
        stated = settings.get(name) or {}
        for each in (stated, *stated.values()):
            if isinstance(each, dict):
                yield str(each.get("rope_type", each.get("type")))
