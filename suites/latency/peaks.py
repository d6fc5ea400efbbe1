"""What this machine's memory and arithmetic can reach: the roof that a model is held against.

Data sheets name rates that no program reaches, and a power limit lowers what is reached. Here a
large array is copied and read (McCalpin's STREAM counts the bytes read and written, and no line
that the cache fetches on its own), and two square matrices are multiplied, 2 n³ operations. The
best of several is taken, for whatever else the machine does can only slow one down.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.suites.latency.torch_memory import free_torch_cache

_NS_PER_S = 1e9
_MIB = 1 << 20
_CPU_ARRAY, _DEVICE_ARRAY = 256 * _MIB, 1024 * _MIB
"""Bytes: several times what the last cache holds."""
_CPU_SIDE, _DEVICE_SIDE = 1024, 8192
_FEWEST = 3
_SHARE = "active_share_"
_FORMATS = frozenset({"bfloat16", "float16", "float32", "float64"})


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to be repeated, and how much it moves or computes."""

    run: Callable[[], object]
    amount: float
    """Bytes, or floating-point operations."""


def measured_peaks(
    dtype: str | None = "float32", *, seconds: float = 0.3
) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """Return ``peak_bytes_per_s`` and ``peak_flops``, and by name where they are from.

    With torch where it is imported, on the CUDA device that it uses if it uses one, and with its
    threads; else with numpy. Nothing of the device's memory stays taken.

    Args:
        dtype: of the matrices, by torch's name; numpy has float32 only. None for no
            ``peak_flops``.
        seconds: that each of the exercises goes on, three times at least.
    """
    # Looked up and never imported: it would slow down a model that has no use for it.
    torch = sys.modules.get("torch")
    used = "float32" if torch is None else dtype or "float32"
    values = _rates(_with_numpy() if torch is None else _with_torch(torch, used), seconds)
    free_torch_cache()  # the arrays are gone with the call above, and their places are held still
    if dtype is None:
        del values["peak_flops"]
        return values, dict.fromkeys(values, "measured")
    return values, {**dict.fromkeys(values, "measured"), "peak_dtype": used}


def dtype_of(facts: Mapping[str, float]) -> str | None:
    """Return the format of most weights that a step reads, which it most likely computes in.

    >>> dtype_of({"active_share_float32": 0.01, "active_share_bfloat16": 0.99})
    'bfloat16'

    Args:
        facts: of a session.

    Returns:
        By torch's name; None where it is not told, and for int8: how weights of a byte are
        multiplied, and in which format, differs by library and device.
    """
    shares = {
        name.removeprefix(_SHARE): share for name, share in facts.items() if name.startswith(_SHARE)
    }
    most = max(shares, key=shares.__getitem__, default=None)
    return most if most in _FORMATS else None


def best_rate(
    exercise: Exercise,
    wait: Callable[[], object],
    *,
    seconds: float,
    read_ns: Callable[[], int] = time.perf_counter_ns,
) -> float:
    """Return the most that was done per second in any one repetition, after one to warm up.

    Args:
        exercise: is repeated.
        wait: until the device is done.
        seconds: in all.
        read_ns: the clock.
    """
    exercise.run()
    wait()
    began, times = read_ns(), list[int]()
    while len(times) < _FEWEST or read_ns() - began < seconds * _NS_PER_S:
        start = read_ns()
        exercise.run()
        wait()
        times.append(read_ns() - start)
    return exercise.amount / min(times) * _NS_PER_S


_Exercises = tuple[Exercise, Exercise, Exercise, Callable[[], object]]


def _rates(exercises: _Exercises, seconds: float) -> dict[str, float]:
    copying, reading, multiplying, wait = exercises
    bandwidth = max(best_rate(each, wait, seconds=seconds) for each in (copying, reading))
    flops = best_rate(multiplying, wait, seconds=seconds)
    return {"peak_bytes_per_s": bandwidth, "peak_flops": flops}


def _with_numpy() -> _Exercises:
    import numpy as np

    source = np.ones(_CPU_ARRAY // 4, dtype=np.float32)
    target = np.empty_like(source)
    matrix = np.full((_CPU_SIDE, _CPU_SIDE), 0.5, dtype=np.float32)
    product = np.empty_like(matrix)
    return (
        Exercise(lambda: np.copyto(target, source), 2 * _CPU_ARRAY),
        Exercise(source.sum, _CPU_ARRAY),
        Exercise(lambda: np.matmul(matrix, matrix, out=product), 2 * _CPU_SIDE**3),
        lambda: None,
    )


def _with_torch(torch: Any, dtype: str) -> _Exercises:
    is_cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    device = "cuda" if is_cuda else "cpu"
    n_bytes, side = (_DEVICE_ARRAY, _DEVICE_SIDE) if is_cuda else (_CPU_ARRAY, _CPU_SIDE)
    source = torch.ones(n_bytes // 4, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    matrix = torch.full((side, side), 0.5, dtype=getattr(torch, dtype), device=device)
    return (
        Exercise(lambda: target.copy_(source), 2 * n_bytes),
        Exercise(source.sum, n_bytes),
        Exercise(lambda: matrix @ matrix, 2 * side**3),
        torch.cuda.synchronize if is_cuda else lambda: None,
    )
