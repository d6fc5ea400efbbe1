"""The tasks of lm-evaluation-harness as its own code makes them, data and all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.suites.lm_eval.catalogue import Catalogue
from harness.suites.lm_eval.installed import lm_eval_version
from harness.suites.lm_eval.quiet import no_prints, no_progress_bars, quiet
from harness.suites.lm_eval.unloadable import cannot_load

_RANDOM_SEED, _NUMPY_SEED = 0, 1234
"""What ``simple_evaluate`` sets before it loads a task: some draw their documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskName:
    """What to load; equal names load equal tasks."""

    name: str
    include_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTask:
    """One task with its documents."""

    task: Any
    """lm_eval's own object."""
    docs: Any
    """Its documents, by their number."""

    @property
    def name(self) -> str:
        """As lm-eval has it."""
        return str(self.task.config.task)


def repeats_of(task: Any) -> int:
    """Return how often lm-eval asks each question of a task."""
    return int(task.get_config("repeats") or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTasks:
    """Everything under one name."""

    tasks: Mapping[str, LoadedTask]
    """By task, in lm-eval's order."""
    group: Any = None
    """lm_eval's own group, when the name is that of one."""


_KEPT: dict[TaskName, LoadedTasks] = {}
"""A metric is made from its options alone, and finds here what its suite has loaded."""


def loaded(name: TaskName) -> LoadedTasks:
    """Return the tasks under a name as they were last loaded in this process.

    Raises:
        ConfigError: as :func:`load`.
    """
    return _KEPT[name] if name in _KEPT else load(name)


def load(name: TaskName, *, is_fetching: bool = False) -> LoadedTasks:
    """Load the tasks under a name anew, with lm-eval's own code.

    Only the folders that define them are looked through.

    Args:
        name: task, group or tag.
        is_fetching: the user has asked for the data alone, which an error then considers.

    Raises:
        ConfigError: no such task, or its files cannot be carried out.
        DataError: a data set cannot be had.
    """
    lm_eval_version()
    folders = Catalogue.with_folder(name.include_path).folders(name.name)
    # In this order: importing datasets sets the levels of logs that are to be silenced.
    with no_progress_bars(), quiet(), no_prints(), _seeded():
        from lm_eval.tasks import TaskManager

        try:
            manager = TaskManager(include_path=folders, include_defaults=False)
            found = manager.load(name.name)
            tasks = {
                key: LoadedTask(task=task, docs=task.eval_docs)
                for key, task in found["tasks"].items()
            }
        except Exception as error:  # a task is any code, and data sets fail in many ways
            raise cannot_load(name.name, error, is_fetching=is_fetching) from error
    _KEPT[name] = LoadedTasks(tasks=tasks, group=found.get("groups", {}).get(name.name))
    return _KEPT[name]


@contextmanager
def _seeded() -> Iterator[None]:
    """Start the global generators as lm-eval does, and put them back."""
    import numpy as np

    before, numpy_before = random.getstate(), np.random.get_state()  # noqa: NPY002 - lm-eval's own
    random.seed(_RANDOM_SEED)
    np.random.seed(_NUMPY_SEED)  # noqa: NPY002 - as above
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(numpy_before)  # noqa: NPY002 - as above
