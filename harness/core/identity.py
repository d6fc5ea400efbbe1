"""What a model *is*: the hash of its weights, tokenizer, template and settings, never its name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """The parts that make a model, each as text or hash, and one fingerprint of them all."""

    parts: Mapping[str, str]
    """Such as ``weights``, ``tokenizer``, ``template``, ``settings``. An endpoint whose weights
    cannot be seen says so: ``weights: unknown (remote)``."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over all parts; caches, resume and baselines are keyed on it."""
        return hash_json(dict(self.parts))


def hash_json(value: object) -> str:
    """SHA-256 (hex) of a JSON value in canonical form.

    >>> hash_json({"a": 1, "b": 2}) == hash_json({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hash_tree(root: Path, names: Iterable[str] | None = None) -> str:
    """SHA-256 (hex) over the relative names and contents of files below ``root``.

    Args:
        root: a folder.
        names: relative paths to include; all files when None.
    """
    chosen = sorted(names) if names is not None else _all_files(root)
    return hash_json({name: hash_file(root / name) for name in chosen})


def _all_files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
