"""The results file of lm-evaluation-harness, for dashboards that read it; a folder has samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.ports import Task
from harness.core.run import Run
from harness.reports.lm_eval_folder import files_of
from harness.reports.lm_eval_results import results_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LmEvalRenderer:
    """Writes what ``lm-eval run --output_path`` would have, of the suites ``lm_eval``.

    Standard errors are this project's own. Such a file is about one model: of a run with several,
    a task's name stands after its model's. Other suites are left out. A folder
    (``-o FOLDER``) has what ``--log_samples`` adds, and a folder of its own for each model.
    """

    suffix: ClassVar[str] = ".lm_eval.json"

    def render(self, run: Run) -> str:
        """Return the document."""
        return results_text(run)

    def render_folder(self, run: Run, task_of: Callable[[str], Task]) -> Mapping[str, str]:
        """Return a file of results for each model, and one of samples for each of its tasks."""
        return dict(files_of(run, task_of))
