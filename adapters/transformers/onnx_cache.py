"""ONNX files, exported once for each checkpoint and kept in the user's cache.

An export takes seconds to minutes. Its folder is named after all that it was made from, and is
hashed again at each load. It holds graphs and weights; nothing in it is code of Python.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.adapters.transformers.attention_kinds import FULL, UnshareableError
from harness.adapters.transformers.onnx_export import check, export, quantise
from harness.adapters.transformers.onnx_graphs import Graph, causal_graph, plain_graph
from harness.adapters.transformers.prefix_sharing import sharing_windows
from harness.core.errors import AdapterError, ConfigError, sentence
from harness.core.identity import hash_json, hash_tree
from harness.sources.cache import cache_dir, filled_once

_RECIPE = 1
"""To be raised whenever another graph is written."""
_EXPORT, _FILE, _DIGEST, _ERROR = "export", "model.onnx", "sha256", "error.txt"


def is_exported(weights: str, config: str, variant: str, task: str) -> bool:
    """Tell whether the file is there; see ``exported``."""
    return (cache_dir("onnx") / _key(weights, config, variant, task)).is_dir()


def exported(weights: str, config: str, variant: str, task: str, make: Callable[[], Any]) -> Path:
    """Return the file of a checkpoint's graph.

    Args:
        weights: hash of the checkpoint's weights.
        config: hash of its configuration and of all options that the graph depends on.
        variant: ``onnx`` or ``onnx-int8``.
        task: of the options.
        make: loads the checkpoint into torch, in float32 on the CPU; called when there is no file.

    Raises:
        ConfigError: no graph can be made of the architecture.
        AdapterError: the export failed, or the folder is no longer what was written.
    """
    if variant == "onnx-int8":
        whole = exported(weights, config, "onnx", task, make)
        return _kept(_key(weights, config, variant, task), lambda file: quantise(whole, file))
    return _kept(_key(weights, config, variant, task), lambda file: _export(make(), task, file))


def _key(weights: str, config: str, variant: str, task: str) -> str:
    import onnxruntime

    versions = [torch.__version__, transformers.__version__, onnxruntime.__version__]
    return f"{variant}-{hash_json([_RECIPE, weights, config, task, versions])}"


def _kept(key: str, write: Callable[[Path], None]) -> Path:
    folder = cache_dir("onnx") / key
    if not folder.is_dir():
        with filled_once(folder) as empty:
            (empty / _EXPORT).mkdir()
            write(empty / _EXPORT / _FILE)
            (empty / _DIGEST).write_text(hash_tree(empty / _EXPORT), encoding="utf-8")
    # The identity tells the checkpoint's hash, so what answers must still be made of it.
    digest = folder / _DIGEST
    if not digest.is_file() or digest.read_text(encoding="utf-8") != hash_tree(folder / _EXPORT):
        raise AdapterError(
            sentence(str(folder), "this exported model is damaged", "delete the folder")
        )
    return folder / _EXPORT / _FILE


def _export(model: Any, task: str, file: Path) -> None:
    graph = _graph(model, task)
    export(graph, file)
    error = check(graph, file)
    (file.parent / _ERROR).write_text(f"largest difference to torch: {error:.3g}\n", "utf-8")


def _graph(model: Any, task: str) -> Graph:
    if task != "causal":
        return plain_graph(model, "last_hidden_state" if task == "encoder" else "logits")
    try:
        windows = sharing_windows(model)
    except UnshareableError as error:
        raise ConfigError(
            "variant = 'onnx'", f"needs masks from outside ({error})", "leave variant out"
        ) from error
    if set(windows) != {FULL}:
        raise ConfigError(
            "variant = 'onnx'", "is made for full attention, not sliding", "leave variant out"
        )
    return causal_graph(model)
