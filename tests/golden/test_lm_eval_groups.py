"""A group, its tasks and every number of each come out as lm-eval's own loop has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.lm_eval_runs import assert_same_numbers, run_tasks, theirs
from fakes.lm_eval_tasks import write_tasks

from harness.audit import render

pytest.importorskip("lm_eval")
pytestmark = pytest.mark.xdist_group("lm_eval")

GUESSES = """
def guess(prompt, continuations):
    return [-1.0 - place * (-1) ** (len(prompt.split()[2]) + ord(prompt[8]) // 3)
            for place, _ in enumerate(continuations)]
"""


def test_numbers_of_whole_sets_are_there_for_each_task(tmp_path: Path) -> None:
    from harness.lm_eval_model import register

    tasks = Path(write_tasks(tmp_path / "tasks"))
    (tmp_path / "guesses_of_groups.py").write_text(GUESSES)
    model = {
        "name": "guess",
        "adapter": "python",
        "target": "guesses_of_groups:guess",
        "path": str(tmp_path),
        "capability": "scores",
    }
    spec = tmp_path / "models.toml"
    spec.write_text("[[model]]\n" + "".join(f'{key} = "{each}"\n' for key, each in model.items()))
    register()
    arguments = {"spec": str(spec)}

    found = theirs(
        tmp_path, ["judging"], None, include_path=tasks, model="harness", model_args=arguments
    )
    result = run_tasks(model, ["judging"], tmp_path / "runs", None, include_path=str(tasks))

    results = found["results"]
    assert assert_same_numbers(result, results) == 2 + 2 + 3
    assert len({results[task]["f1,none"] for task in ("judging", "judged", "judged_more")}) == 3
    document = json.loads(render(result.run, "lm_eval"))
    assert document["group_subtasks"] == found["group_subtasks"]
    for task in ("judged", "judged_more"):
        keys = {key for key in results[task] if "," in key}
        assert keys == {key for key in document["results"][task] if "," in key}
