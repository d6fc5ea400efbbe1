"""What a model of lm-evaluation-harness is, as far as its arguments and its class tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness.core.identity import Identity, hash_file, hash_json, hash_tree
from harness.core.redact import redacted

_WEIGHTS = ("pretrained", "path", "model", "load")
"""Where classes look for the model; the first that is given counts."""
_PARTS = (*_WEIGHTS, "peft", "delta", "tokenizer")
"""Arguments that may name a file or folder of which the model is made."""


def identify(name: str, arguments: Mapping[str, Any], model: Any) -> Identity:
    """Return hashes of all local files that the arguments name, and the rest as it was written.

    Weights from elsewhere are told by the commit that the class has loaded, or are unknown. What
    looks like a secret has no part in it.

    Args:
        name: of the class.
        arguments: of its constructor.
        model: lm-eval's object.
    """
    hashes = dict(_hashes(arguments))
    written = {key: value for key, value in arguments.items() if key not in hashes}
    weights = [hashes[key] for key in _WEIGHTS if key in hashes]
    return Identity(
        {
            "weights": weights[0] if weights else _remote(arguments, model),
            **{key: value for key, value in hashes.items() if value not in weights[:1]},
            "class": f"lm_eval:{name}",
            "lm_eval": version("lm_eval"),
            "settings": hash_json(redacted(written)),
        }
    )


def _hashes(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in _PARTS:
        value = arguments.get(key)
        path = Path(value).expanduser() if isinstance(value, str) and value else None
        if path is not None and path.is_dir():
            yield key, hash_tree(path)
        elif path is not None and path.is_file():
            yield key, hash_file(path)


def _remote(arguments: Mapping[str, Any], model: Any) -> str:
    """Return the commit of a hub's model, where the class knows it (transformers keeps it)."""
    named = next((str(arguments[key]) for key in _WEIGHTS if arguments.get(key)), "no name")
    commit = getattr(getattr(model, "config", None), "_commit_hash", None)
    return f"{named} at commit {commit}" if commit else f"unknown ({named})"
