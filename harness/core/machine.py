"""What a run's machine is, as far as times depend on it: figures of two machines never mix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.core.identity import hash_json

if TYPE_CHECKING:
    from harness.core.run import Manifest

_RUNTIMES = (
    "torch", "transformers", "tokenizers", "accelerate", "onnxruntime", "onnxruntime-gpu",
    "optimum", "xllamacpp", "vllm", "numpy", "scikit-learn",
)  # fmt: skip
"""Packages whose code runs while a model is timed."""
UNLIMITED = "not limited"
LIMITS = ("threads", "cpu_quota")
"""Facts that older runs have not kept."""
_SHOWN = 8


def machine_of(manifest: Manifest) -> Mapping[str, str]:
    """Return the stable facts, by name: hardware, limits, driver, versions of what computes.

    What changes from minute to minute (clocks, temperature, load) is telemetry, and no part of it.
    """
    versions = {name: manifest.packages[name] for name in _RUNTIMES if name in manifest.packages}
    return {**manifest.hardware, **versions}


def hardware_key(manifest: Manifest) -> str:
    """Return 64 hex digits that two runs share exactly when their machines are equal.

    No limit leaves no trace, so that the series of older runs, which kept none, go on.
    """
    facts = machine_of(manifest).items()
    return hash_json({name: value for name, value in facts if value != UNLIMITED})


def name_of_machine(manifest: Manifest) -> str:
    """Return the machine for a reader, with the start of its key."""
    facts = manifest.hardware
    parts = [facts.get("cpu", "?"), f"{facts.get('cores', '?')} cores", facts.get("gpu", "")]
    return ", ".join([*filter(None, parts), f"key {hardware_key(manifest)[:_SHOWN]}"])
