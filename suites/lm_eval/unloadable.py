"""Why a task cannot be loaded, in one sentence: which data, from where, and how to provide them."""

from __future__ import annotations

import traceback
from typing import Any

from harness.core.errors import ConfigError, DataError

_OF_FILES = frozenset(
    {
        "arrow",
        "audiofolder",
        "csv",
        "imagefolder",
        "json",
        "pandas",
        "parquet",
        "sql",
        "text",
        "xml",
    }
)
"""What ``dataset_path`` may say of files that ``data_files`` names (of the package datasets)."""
_FETCH = "run harness data fetch SPEC once with a network and without HF_HUB_OFFLINE"


def cannot_load(name: str, error: Exception) -> ConfigError:
    """Return the error to raise; a DataError where it comes from fetching a data set.

    Args:
        name: of the task.
        error: what lm-eval's code has raised.
    """
    task = _fetching_task(error)
    first_line = next(iter(str(error).strip().splitlines()), "")
    reason = f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
    if task is None:
        return ConfigError(
            f"task {name!r}",
            f"lm-eval cannot load it ({reason})",
            "check its files, and that the packages it needs are installed",
        )
    # A task written in Python learns its name only after it has its data.
    where = f"task {str(task.config.task or name)!r}"
    path, part = getattr(task, "DATASET_PATH", None), getattr(task, "DATASET_NAME", None)
    if path is None or getattr(task.config, "custom_dataset", None) is not None:
        remedy = "see what that function needs"
        if _went_through_the_hub(error):
            remedy = f"{_FETCH}, or {remedy}"
        return DataError(where, f"its custom_dataset cannot give its data ({reason})", remedy)
    if path in _OF_FILES:
        remedy = "check dataset_kwargs: {data_files: …} in its YAML"
        return DataError(where, f"its {path} files cannot be read ({reason})", remedy)
    data = f"{path!r}" + (f" ({part})" if part else "")
    return DataError(
        where,
        f"its data set {data} is neither in the cache of the Hugging Face hub (HF_HOME) nor to be"
        f" had from there ({reason})",
        f"{_FETCH}, or copy the task's YAML to a folder of your own (include_path) with"
        " dataset_path: json and dataset_kwargs: {data_files: {test: FILE}}",
    )


def _fetching_task(error: Exception) -> Any:
    """Find the task whose ``download`` has failed, among the frames that the error went through."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "download" and "self" in frame.f_locals:
            return frame.f_locals["self"]
    return None


def _went_through_the_hub(error: Exception) -> bool:
    """Tell whether the packages that read the hub were at work when it failed."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    modules = (str(frame.f_globals.get("__name__", "")) for frame in frames)
    return any(module.partition(".")[0] in ("datasets", "huggingface_hub") for module in modules)
