"""The files that make a model: found, checked and hashed before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.gguf_cache import converted
from harness.core.errors import ConfigError
from harness.core.identity import hash_file, hash_tree

GGUF = ".gguf"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that transformers can load, and the hash of the weights it stands for."""

    folder: Path
    weights: str
    """SHA-256 (hex): of the file itself when there is one, of names and contents when several."""


def find_checkpoint(options: TransformersAdapter) -> Checkpoint:
    """Fetch what the options name; a GGUF file is converted once.

    Raises:
        ConfigError: the place holds no model.
        SourceError: the bytes cannot be had.
        AdapterError: the GGUF file cannot be read.
    """
    place = options.fetch()
    if place.is_file():
        return _gguf_checkpoint(place)
    names = _weight_names(place)
    if not (place / "config.json").is_file() or not names:
        raise ConfigError(
            f"model folder {str(place)!r}",
            "lacks config.json" if names else "holds no weights (*.safetensors or *.bin)",
            "give the folder that save_pretrained wrote, or a GGUF file",
        )
    return Checkpoint(place, _hash(place, names))


def _gguf_checkpoint(file: Path) -> Checkpoint:
    if file.suffix != GGUF:
        raise ConfigError(
            f"model file {file.name!r}", "is no GGUF file", "give a folder or a .gguf"
        )
    weights = hash_file(file)
    return Checkpoint(converted(file, weights), weights)


def _weight_names(folder: Path) -> list[str]:
    # Safetensors win, as they do in transformers. Its loader reads .bin files with
    # torch.load(weights_only=True), which makes tensors and runs no pickled code.
    for pattern in ("*.safetensors", "*.bin"):
        names = sorted(
            path.name for path in folder.glob(pattern) if path.name != "training_args.bin"
        )
        if names:
            return names
    return []


def _hash(folder: Path, names: list[str]) -> str:
    return hash_file(folder / names[0]) if len(names) == 1 else hash_tree(folder, names)
