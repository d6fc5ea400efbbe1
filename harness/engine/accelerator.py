"""What GPUs a machine has, told by their driver's own program: no library is loaded for it."""

from __future__ import annotations

import os
import shutil
import subprocess

_FIELDS = {
    "name": "gpu",
    "memory.total": "gpu_memory",
    "driver_version": "gpu_driver",
    "power.limit": "gpu_power_limit",
    "mig.mode.current": "gpu_mig",
    "pcie.link.gen.max": "gpu_pcie_generation",
    "pcie.link.width.max": "gpu_pcie_width",
}
"""What NVIDIA's program calls each fact, and what a manifest does."""
_VISIBLE = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
_PATIENCE_S = 30.0


def accelerators() -> dict[str, str]:
    """Return the stable facts of the GPUs, nothing where there is none that can be asked.

    Each fact is that of every GPU where they agree (``2 x NVIDIA H100``), else one after the
    other. What a GPU does not tell (``[N/A]``) is left out.
    """
    rows = _asked()
    found = {}
    for place, name in enumerate(_FIELDS.values()):
        values = [row[place] for row in rows]
        if values and not all(value.startswith("[") for value in values):
            found[name] = _joined(values, is_counted=name == "gpu")
    if found:
        found |= {name.lower(): os.environ[name] for name in _VISIBLE if name in os.environ}
    return found


def _asked() -> list[list[str]]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    words = [program, f"--query-gpu={','.join(_FIELDS)}", "--format=csv,noheader"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            words, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode != 0:  # the program is here, and its driver is not
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in done.stdout.splitlines()]
    return [row for row in rows if len(row) == len(_FIELDS)]


def _joined(values: list[str], *, is_counted: bool) -> str:
    if len(set(values)) > 1:
        return ", ".join(values)
    return f"{len(values)} x {values[0]}" if is_counted and len(values) > 1 else values[0]
