"""What is known of one number of lm-eval's, whichever way it is put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.core.score import Direction, Quantity
from harness.suites.lm_eval.aggregation import DEFINITIONS
from harness.suites.lm_eval.loaded_tasks import TaskName


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetric:
    """The options that both kinds of metric have; the suite fills them in."""

    prefix: ClassVar[str]
    """Registered name."""

    task: str
    """Task, group or tag, as the suite has it."""
    metric: str
    """lm-eval's name of it."""
    filter: str = "none"
    """The filter whose results are measured."""
    part: str = ""
    """The key of the number, where an aggregation returns several under keys of its own."""
    aggregation: str = "mean"
    """lm-eval's name of the aggregation, or ``custom`` for a function of the task's own."""
    better: Literal["higher", "lower", "neither"] = "neither"
    """The task's ``higher_is_better``."""
    low: float | None = None
    """Smallest possible value; unbounded when absent."""
    high: float | None = None
    """Largest possible value; unbounded when absent."""
    tasks: tuple[str, ...] = ()
    """The tasks of a group that have it, each as often as it stands in the group."""
    weighting: Literal["documents", "tasks"] = "documents"
    """Of a group: tasks count by their documents, or all alike (``weight_by_size: false``)."""
    include_path: str | None = None
    """Folder of the user's own task files."""
    definition: str = ""
    """Hash of the tasks' configurations."""
    version: str = ""
    """Of lm_eval."""
    task_version: str = ""
    """What the task says of itself; empty where the tasks of a group differ."""
    num_fewshot: int | None = None
    """Examples in each prompt; absent where the tasks of a group differ."""

    @property
    def times(self) -> Mapping[str, int]:
        """How often each task of a group counts, in the order of the tasks."""
        return Counter(self.tasks)

    @property
    def key(self) -> str:
        """lm-eval's key of the number; the filter ``none`` is left out, and a part added."""
        parts = (self.metric, "" if self.filter == "none" else self.filter, self.part)
        return ",".join(filter(None, parts))

    @property
    def name(self) -> str:
        """The registered name, and lm-eval's key of the number."""
        return f"{self.prefix}:{self.key}"

    @property
    def task_name(self) -> TaskName:
        """What has to be loaded to measure."""
        return TaskName(name=self.task, include_path=self.include_path)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one number."""
        how = DEFINITIONS.get(self.aggregation, f"the aggregation {self.aggregation!r}")
        return (
            Quantity(
                id=self.key,
                direction=Direction(self.better),
                definition=f"lm-eval's {self.metric}: {how}{self._of_tasks()}",
                low=self.low,
                high=self.high,
                is_headline=True,
            ),
        )

    @property
    def signature(self) -> Mapping[str, str]:
        """The tasks' definition, how values are put together, and the version of lm-eval."""
        return {
            "aggregation": self.aggregation,
            "weighting": ", ".join((self.weighting, *self._repeated)),
            "definition": self.definition,
            "lm_eval": self.version,
        }

    def _of_tasks(self) -> str:
        if len(self.tasks) < 2:  # noqa: PLR2004 - one task is no group
            return ""
        how = "weighted by documents" if self.weighting == "documents" else "each counting alike"
        return ", ".join((f", of {len(self.times)} tasks {how}", *self._repeated))

    @property
    def _repeated(self) -> tuple[str, ...]:
        return tuple(f"{task} {n} times" for task, n in self.times.items() if n > 1)
