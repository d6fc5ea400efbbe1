"""The identity of a loaded model: what its answers depend on, and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.checkpoint import Checkpoint
from harness.adapters.transformers.encoding import TextEncoder
from harness.adapters.transformers.prefix_sharing import Sharing
from harness.adapters.transformers.sizes import parameter_bytes
from harness.adapters.transformers.variant import told_variant
from harness.core.capability import Capability
from harness.core.estimate import signature_text
from harness.core.identity import Identity, hash_json, hash_tree

# Where a model was found and who wrote its file down do not make it another model.
_NOT_THE_MODEL = ("_name_or_path", "transformers_version", "dtype")


def identify(
    model: Any,
    encoder: TextEncoder,
    checkpoint: Checkpoint,
    options: TransformersAdapter,
    window: int | None,
    sharing: Sharing,
) -> Identity:
    """Return hashes of weights, configuration, tokenizer and template, the settings and variant.

    The hash of the weights is that of the files: all variants of a checkpoint share it.

    Where code that comes with the weights may run, its files are hashed too: all Python below the
    folders of weights and tokenizer, not what their configuration takes from other repositories.
    The batch size is no part of it: answers do not depend on it.
    """
    habits = getattr(model, "generation_config", None)
    settings = {
        "attention": model.config._attn_implementation,  # noqa: SLF001 - has no public name
        "device": torch.device(model.device).type,
        "dtype": str(model.dtype).removeprefix("torch."),
        "task": options.task,
        "too_long": options.too_long,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "trust_remote_code": options.trust_remote_code,
        "window": window,
    }
    if Capability.SCORES in options.capabilities:
        settings["likelihoods"] = sharing.setting
    parts = {
        "weights": checkpoint.weights,
        "config": hash_json([told_configuration(model.config), told_configuration(habits)]),
        "tokenizer": _tokenizer_hash(encoder.tokenizer),
        "template": _text_hash(encoder.template) if encoder.template else "none",
        "settings": signature_text(settings),
        "variant": told_variant(options.variant, options.dtype),
        "parameter_bytes": str(parameter_bytes(model)),
    }
    if options.trust_remote_code:
        folders = (checkpoint.folder, Path(options.tokenizer or checkpoint.folder))
        parts["code"] = hash_json([_code_hash(folder) for folder in folders])
    return Identity(parts)


def told_configuration(config: Any) -> dict[str, Any]:
    """Return what a configuration says of the model, and not of its file."""
    if config is None:
        return {}
    told = config.to_diff_dict()
    return {key: told[key] for key in told if key not in _NOT_THE_MODEL}


def _tokenizer_hash(tokenizer: Any) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    # A tokenizer without the fast backend is told by its class and vocabulary.
    rules = backend.to_str() if backend is not None else sorted(tokenizer.get_vocab().items())
    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    return hash_json([type(tokenizer).__name__, rules, special])


def _code_hash(folder: Path) -> str:
    return hash_tree(folder, [path.relative_to(folder).as_posix() for path in folder.rglob("*.py")])


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
