"""One job by lm-evaluation-harness with its log of samples; prints CPU-seconds."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ["HF_DATASETS_OFFLINE"] = "1"

import lm_eval
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

JOB, ROWS, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
TASK = {
    "choice": """
task: job
dataset_path: json
dataset_kwargs: {{data_files: {{test: {rows}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: gold
metric_list: [{{metric: acc}}, {{metric: acc_norm}}]
""",
    "generation": """
task: job
dataset_path: json
dataset_kwargs: {{data_files: {{test: {rows}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["\\n\\n"]}}
metric_list: [{{metric: exact_match}}]
""",
}


class Free(LM):
    """The model that costs nothing."""

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:
        return [(-float(len(request.args[1])), False) for request in requests]

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:
        raise NotImplementedError

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        return ["the answer is 42" for _ in requests]


def evaluate(limit: int | None) -> None:
    """Evaluate and save results and samples, as its command line does with --log_samples."""
    manager = TaskManager(include_path=str(FOLDER / "tasks"), include_defaults=False)
    tracker = EvaluationTracker(output_path=str(FOLDER / "lm_eval_out"))
    results = lm_eval.simple_evaluate(
        model=Free(),
        tasks=["job"],
        task_manager=manager,
        limit=limit,
        log_samples=True,
        evaluation_tracker=tracker,
        bootstrap_iters=0,
    )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for name, rows in samples.items():
        tracker.save_results_samples(task_name=name, samples=rows)


def main() -> None:
    """Run the job once small, so that imports are not counted, then whole."""
    (FOLDER / "tasks").mkdir(exist_ok=True)
    (FOLDER / "tasks" / "job.yaml").write_text(TASK[JOB].format(rows=ROWS))
    evaluate(5)
    before = os.times()
    evaluate(None)
    after = os.times()
    print(sum(after[:4]) - sum(before[:4]))


if __name__ == "__main__":
    main()
