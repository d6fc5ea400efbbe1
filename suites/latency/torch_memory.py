"""Memory of a CUDA device as torch's allocator counts it, where torch is already in use."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType


def reset_torch_peaks(torch: ModuleType | None = None) -> None:
    """Let the most memory be counted from here on."""
    torch = torch or _torch_on_cuda()
    if torch is not None:
        torch.cuda.reset_peak_memory_stats()


def free_torch_cache(torch: ModuleType | None = None) -> None:
    """Give back what torch's allocator holds and nobody uses, so that no later peak counts it."""
    torch = torch or _torch_on_cuda()
    if torch is not None:
        torch.cuda.empty_cache()


def torch_peaks(torch: ModuleType | None = None) -> Mapping[str, float]:
    """Return the most bytes since the reset; nothing where torch uses no CUDA device."""
    torch = torch or _torch_on_cuda()
    if torch is None:
        return {}
    return {
        "mem_dev_alloc_peak": float(torch.cuda.max_memory_allocated()),
        "mem_dev_reserved_peak": float(torch.cuda.max_memory_reserved()),
    }


def _torch_on_cuda() -> ModuleType | None:
    # Looked up and never imported: a model of another kind has no need of it.
    torch = sys.modules.get("torch")
    is_used = torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized()
    return torch if is_used else None
