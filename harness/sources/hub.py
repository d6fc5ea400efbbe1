"""Files of the Hugging Face hub, at a commit and never at a branch."""

from __future__ import annotations

import re
from pathlib import Path

from harness.core.errors import ConfigError, SourceError, sentence

_COMMIT = re.compile(r"[0-9a-f]{40}")


def hub_file(repository: str, revision: str | None, file: str | None) -> Path:
    """Return a local path to a file of the hub, or to a snapshot of all of it.

    Args:
        repository: ``owner/name``; data sets start with ``datasets/``.
        revision: commit hash.
        file: path inside the repository; the whole snapshot when None.

    Raises:
        ConfigError: the revision is no commit hash, or huggingface-hub is not installed.
        SourceError: not cached, and not reachable.
    """
    if revision is None or not _COMMIT.fullmatch(revision):
        raise ConfigError(
            f"hub = {repository!r}",
            f"revision {revision!r} is not a commit hash, and anything else can move",
            "write revision = the 40 hex digits of the commit",
        )
    kind, name = _kind_and_name(repository)
    try:
        from huggingface_hub import hf_hub_download, snapshot_download
    except ImportError as error:
        raise ConfigError(
            f"hub = {repository!r}",
            "the package huggingface-hub is not installed",
            "pip install 'model-audit-harness[transformers]'",
        ) from error
    try:
        if file is None:
            return Path(snapshot_download(name, repo_type=kind, revision=revision))
        return Path(hf_hub_download(name, file, repo_type=kind, revision=revision))
    except Exception as error:  # the hub's errors share no root
        raise SourceError(
            sentence(
                f"hub {repository}@{revision[:8]}",
                f"{file or 'the snapshot'} is not cached and cannot be fetched"
                f" ({type(error).__name__})",
                "run `harness data fetch` with a network, or give a local path",
            )
        ) from error


def _kind_and_name(repository: str) -> tuple[str, str]:
    if repository.startswith("datasets/"):
        return "dataset", repository.removeprefix("datasets/")
    return "model", repository
