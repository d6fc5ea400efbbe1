"""Write a damaged copy of a model: the model ``damaged`` of smollm2.toml.

The matrices of a few layers get noise, as a bad merge or a fault in an export would leave them.
"""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from harness.adapters.transformers.checkpoint import find_checkpoint
from harness.config import load_spec

HERE = Path(__file__).parent
WEIGHTS = "model.safetensors"
LAYERS = range(10, 13)
"""Of 30; the first and the last are the most sensitive, and these are neither."""
NOISE = 0.2
"""Standard deviation of a matrix's noise, as a share of that of its weights."""
SEED = 0


def main() -> None:
    """Damage the first model of the spec."""
    adapter: Any = load_spec(HERE / "smollm2.toml").models[0].adapter
    target = HERE / "models" / "smollm2-damaged"
    n_matrices = write_damaged(find_checkpoint(adapter).folder, target)
    print(f"{n_matrices} matrices damaged in {target.relative_to(HERE)}")


def write_damaged(folder: Path, target: Path) -> int:
    """Copy a model, damaged; return how many matrices differ."""
    copytree(folder, target, dirs_exist_ok=True)
    tensors = load_file(folder / WEIGHTS)
    generator = torch.Generator().manual_seed(SEED)
    damaged = [name for name in sorted(tensors) if is_chosen(name, tensors[name])]
    for name in damaged:
        noise = torch.randn(tensors[name].shape, generator=generator)
        tensors[name] += NOISE * tensors[name].std() * noise
    save_file(tensors, target / WEIGHTS, metadata={"format": "pt"})
    return len(damaged)


def is_chosen(name: str, tensor: torch.Tensor) -> bool:
    """Return whether a tensor is a matrix of one of the layers; gains of norms are none."""
    layer = re.search(r"\.layers\.(\d+)\.", name)
    return layer is not None and int(layer[1]) in LAYERS and tensor.dim() > 1


if __name__ == "__main__":
    main()
