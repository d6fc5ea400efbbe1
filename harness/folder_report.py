"""A stored run as a folder of documents, for which its suites read their data again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from harness import registry
from harness.core.abilities import FolderRenderer
from harness.core.errors import ConfigError, SourceError
from harness.core.ports import Progress, Renderer, Task
from harness.core.run import Manifest, Run
from harness.preparing import prepare
from harness.replayed_spec import Rescoring, replayed_spec


def is_folder(output: Path, form: str) -> bool:
    """Tell whether a path names a folder: one that is there, or, without a suffix, one to be made.

    Raises:
        UnknownName: no report of that name.
    """
    is_new = not output.suffix and not output.exists()
    return output.is_dir() or (is_new and isinstance(_renderer(form), FolderRenderer))


def render_folder(run: Run, folder: Path, form: str, progress: Progress) -> Mapping[str, str]:
    """Return a run's documents of a registered form, by their paths in the folder to write.

    Args:
        run: the run.
        folder: where it is stored.
        form: registered name.
        progress: is told whose data are read.

    Raises:
        UnknownName: no report of that name.
        ConfigError: it is written as one file, or the run has nothing for it.
        SourceError: the data of a suite are no longer those that the run was asked about.
    """
    renderer = _renderer(form)
    if not isinstance(renderer, FolderRenderer):
        remedy = f"write -o FILE{renderer.suffix}"
        raise ConfigError(f"--format {form}", "is one file and no folder", remedy)

    @cache
    def task_of(suite: str) -> Task:
        job = Rescoring(manifest=run.manifest, folder=folder, suites=[suite])
        (prepared,) = prepare(replayed_spec(job), progress)
        _check_data(suite, prepared.task, run.manifest)
        return prepared.task

    documents = renderer.render_folder(run, task_of)
    if not documents:
        reason = f"has no answers that the format {form} could show"
        raise ConfigError(f"run {run.manifest.run_id}", reason, "choose another run or format")
    return documents


def _renderer(form: str) -> Renderer | FolderRenderer:
    renderer: Renderer | FolderRenderer = registry.find("reports", form, "--format")()
    return renderer


def _check_data(suite: str, task: Task, manifest: Manifest) -> None:
    then = {done.data_hash for done in manifest.evaluations if done.suite == suite}
    if then != {task.data_hash}:
        raise SourceError(
            f"suite {suite!r}: its data are not those that the run was asked about;"
            " bring those back, or run again"
        )
