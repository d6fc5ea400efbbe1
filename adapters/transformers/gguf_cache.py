"""GGUF files, converted once to a folder of safetensors.

transformers turns a GGUF file back into float tensors and rebuilds its tokenizer on every load,
which takes longer than many an audit. The folder keeps the float32 values that it arrives at, and
is hashed again at each load: about a second for each gigabyte.
"""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.adapters.transformers.quiet import quiet
from harness.core.errors import AdapterError, sentence
from harness.core.identity import hash_tree
from harness.sources.cache import cache_dir, filled_once

_MODEL, _DIGEST = "model", "sha256"


def converted(file: Path, sha256: str) -> Path:
    """Return a folder with the weights, configuration and tokenizer of a GGUF file.

    Args:
        file: the GGUF file.
        sha256: its digest (hex).

    Raises:
        AdapterError: transformers cannot read it, or the folder is no longer what was written.
    """
    # Another transformers version may dequantise or tokenise otherwise, hence its own folder.
    folder = cache_dir("gguf") / f"{sha256}-transformers-{transformers.__version__}"
    if not folder.is_dir():
        with filled_once(folder) as empty, quiet():
            _convert(file, empty / _MODEL)
            (empty / _DIGEST).write_text(hash_tree(empty / _MODEL))
    # The identity tells the GGUF file's hash, so the model that answers must still be made of it.
    digest = folder / _DIGEST
    if not digest.is_file() or digest.read_text() != hash_tree(folder / _MODEL):
        raise AdapterError(
            sentence(str(folder), "this converted model is damaged", "delete the folder")
        )
    return folder / _MODEL


def _convert(file: Path, folder: Path) -> None:
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            file.parent, gguf_file=file.name, local_files_only=True
        )
        model = load_gguf(file)
    except Exception as error:  # gguf and transformers raise what they happen to meet
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise AdapterError(
            sentence(
                file.name, f"cannot be read as GGUF ({reason})", "try the safetensors original"
            )
        ) from error
    serialisable(model).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def load_gguf(file: Path) -> Any:
    """Load a causal language model from a GGUF file, in float32."""
    # The progress bar of the conversion heeds no setting; it goes to standard error.
    with redirect_stderr(StringIO()):
        return transformers.AutoModelForCausalLM.from_pretrained(
            file.parent, gguf_file=file.name, dtype=torch.float32, local_files_only=True
        )


def serialisable(model: Any) -> Any:
    """Return the same model without the marks of its GGUF origin, which refuse to be saved."""
    with torch.device("meta"):
        fresh = type(model)(model.config)
    fresh.load_state_dict(model.state_dict(), assign=True)
    # Assigning gives each name its own Parameter; the output head must share the embedding's again.
    fresh.tie_weights()
    return fresh
