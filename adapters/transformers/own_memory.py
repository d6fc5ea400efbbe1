"""Lets go of the file that a model was read from, once other weights stand for those in it.

A checkpoint is mapped into memory as a whole, and stays there as a whole for as long as any tensor
is a piece of it: an embedding that kept its floats would hold every layer that was replaced.
"""

from __future__ import annotations

import ctypes
import gc
import os
from typing import Any

import torch


def detach_from_file(model: Any) -> None:
    """Copy every tensor but the weights of linear layers, which are about to be replaced.

    The file is let go of with the last of these. Parameters that are shared stay so.

    Args:
        model: changed in place.
    """
    for part in model.modules():
        is_replaced = type(part) is torch.nn.Linear
        own = [*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)]
        for name, tensor in own:
            if not (is_replaced and name == "weight"):
                tensor.data = tensor.detach().clone()


def return_freed_memory() -> None:
    """Give back to the machine what loading took and freed: the allocator keeps it otherwise.

    It would be told as memory of the model, and of a model that was quantised more than of any
    other. Only glibc has a call for it.
    """
    gc.collect()
    if os.name != "posix":  # elsewhere there is no library without a name
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
