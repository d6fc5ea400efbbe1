"""Why a task cannot be loaded, in one sentence: which data, from where, and how to provide them."""

from __future__ import annotations

import traceback
from typing import Any

from harness.core.errors import ConfigError, DataError
from harness.suites.lm_eval.cause import cause_of

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
_SPLITS = ("training_split", "validation_split", "test_split", "fewshot_split")
"""What a task may say of the parts of its data that it reads."""


def cannot_load(name: str, error: Exception, *, is_fetching: bool = False) -> ConfigError:
    """Return the error to raise; a DataError where it is the data that are missing.

    Args:
        name: of the task.
        error: what lm-eval's code has raised.
        is_fetching: the user has asked for the data alone.
    """
    if (incomplete := _incomplete(name, error)) is not None:
        return incomplete
    task = _fetching_task(error)
    reason = cause_of(error)
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
            remedy = f"{_way_to_fetch(is_fetching=is_fetching)}, or {remedy}"
        return DataError(where, f"its custom_dataset cannot give its data ({reason})", remedy)
    if path in _OF_FILES:
        remedy = "check dataset_kwargs: {data_files: …} in its YAML"
        return DataError(where, f"its {path} files cannot be read ({reason})", remedy)
    data = f"{path!r}" + (f" ({part})" if part else "")
    return DataError(
        where,
        f"its data set {data} is neither in the cache of the Hugging Face hub (HF_HOME) nor to be"
        f" had from there ({reason})",
        f"{_way_to_fetch(is_fetching=is_fetching)}, or copy the task's YAML and the Python"
        " files beside it to a folder of your own (include_path), with dataset_path: json and"
        f" dataset_kwargs: {_data_files(task)}",
    )


def _way_to_fetch(*, is_fetching: bool) -> str:
    from huggingface_hub.constants import HF_HUB_OFFLINE

    if not is_fetching:
        return "run harness data fetch SPEC once with a network and without HF_HUB_OFFLINE"
    if HF_HUB_OFFLINE:
        return "unset HF_HUB_OFFLINE, which forbids all fetching"
    return "fetch it where the hub can be reached, and copy the cache from there"


def _splits_of(task: Any) -> dict[str, str]:
    """Return what a task calls the parts of its data, each with the first key that names it."""
    found: dict[str, str] = {}
    for key in _SPLITS:
        if split := getattr(task.config, key, None):
            found.setdefault(str(split), key)
    return found


def _data_files(task: Any) -> str:
    files = ", ".join(f"{split}: FILE" for split in _splits_of(task) or ("test",))
    return f"{{data_files: {{{files}}}}}"


def _incomplete(name: str, error: Exception) -> DataError | None:
    """Return the error of data that lack a part which the task reads; None for another cause."""
    if not isinstance(error, KeyError) or not error.args:
        return None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        task: Any = frame.f_locals.get("self")
        data = getattr(task, "dataset", None)
        if data is None or not hasattr(task, "config"):
            continue
        splits, missing = _splits_of(task), error.args[0]
        if missing in splits and missing not in data:
            return DataError(
                f"task {str(task.config.task or name)!r}",
                f"its data has no split {missing!r}",
                f"bring it ({_data_files(task)} for files), or say another {splits[missing]} in a"
                " YAML of your own",
            )
    return None


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
