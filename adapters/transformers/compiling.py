"""Repeated blocks put through torch.compile.

What a block does with a batch's tokens alone (its feed-forward part) is compiled once and serves
every layer. Attention stays as it is: its keys and values grow with each token, in caches that
rows join and leave, for which a compiler would make new code again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from harness.core.errors import ConfigError

_BLOCK_PARTS = ("mlp", "feed_forward", "intermediate", "ffn")
"""What architectures call a block's feed-forward part."""


def compile_blocks(model: Any) -> None:
    """Compile the feed-forward part of every block, for any number of rows and tokens.

    Args:
        model: changed in place; compilation itself happens when a part first runs.

    Raises:
        ConfigError: the architecture names its feed-forward part otherwise.
    """
    parts = list(_feed_forward_parts(model))
    if not parts:
        raise ConfigError(
            "variant = 'torch-compile'",
            f"a {type(model).__name__} has no part named {', '.join(_BLOCK_PARTS)}",
            "leave variant out",
        )
    for part in parts:
        part.compile(dynamic=True)


def _feed_forward_parts(model: Any) -> Iterator[torch.nn.Module]:
    for name, part in model.named_modules():
        if name.rpartition(".")[2] in _BLOCK_PARTS:
            yield part
