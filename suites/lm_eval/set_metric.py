"""A number of a task of lm-evaluation-harness that takes all values at once (F1, BLEU, custom)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.core.errors import ConfigError
from harness.core.response import Output
from harness.core.sample import Sample
from harness.suites.lm_eval.aggregation import numbers_in
from harness.suites.lm_eval.cause import cause_of
from harness.suites.lm_eval.loaded_tasks import loaded
from harness.suites.lm_eval.quiet import quiet
from harness.suites.lm_eval.task_metric import TaskMetric
from harness.suites.lm_eval.values import UNTOLD, task_of, values_under


@dataclass(frozen=True, slots=True, kw_only=True)
class LmEvalSetMetric(TaskMetric):
    """What lm-eval's or the task's own aggregation function makes of the list of values.

    The suite ``lm_eval`` makes it for each number of its task; it is no name to list.
    """

    prefix: ClassVar[str] = "lm_eval_set"

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        """Return the aggregate, of a group the weighted mean of its tasks'.

        Raises:
            ConfigError: the function returns no number, or raises, or needs what is not told.
        """
        results = []
        for task, values in self._values(samples, outputs).items():
            numbers = self._aggregated(task, values)
            if self.part in numbers:
                weight = 1 if self.weighting == "tasks" else len(values)
                results.append((numbers[self.part], weight * self.times.get(task, 1)))
        if not results:
            return {}
        total = sum(weight for _, weight in results)
        return {self.key: sum(value * weight for value, weight in results) / total}

    def _values(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> dict[str, list[Any]]:
        lists: dict[str, list[Any]] = {}
        for sample, output in zip(samples, outputs, strict=True):
            task = task_of(self.task_name, sample).name
            made = values_under(self.task_name, self.filter, sample, output)
            if (self.metric, self.filter) in made.untold:
                reason = f"{self.key} cannot be had, since {UNTOLD}"
                raise ConfigError(f"task {task!r}", reason, "use an adapter that tells it")
            if (self.metric, self.filter) in made.values:
                lists.setdefault(task, []).append(made.values[self.metric, self.filter])
        return lists

    def _aggregated(self, task: str, values: list[Any]) -> Mapping[str, float]:
        function = loaded(self.task_name).tasks[task].task.aggregation()[self.metric]
        with quiet():
            try:
                result = function(values)
            except Exception as error:  # lm-eval's code or the user's own may raise anything
                raise ConfigError(
                    f"task {task!r}",
                    f"its aggregation of {self.metric!r} raises {cause_of(error)}",
                    "check metric_list",
                ) from error
        numbers = numbers_in(result)
        if numbers is None or ("" in numbers) == bool(self.part):
            raise ConfigError(
                f"task {task!r}",
                f"its aggregation of {self.metric!r} returns a {type(result).__name__}",
                "return one number, or numbers under the same keys for every list",
            )
        return numbers
