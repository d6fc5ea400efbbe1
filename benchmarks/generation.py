"""Time texts side by side with lm-evaluation-harness's ``hf`` model, and compare the texts.

    python benchmarks/generation.py [--prompts 64] [--new-tokens 128] [--threads 1]
                                    [--batch-sizes 8 16 32 64] [--sets mixed shots]
                                    [--peer-python /path/of/a/venv/with/lm_eval/bin/python]

Both sides get the same prompts, stop strings and weights (SmolLM2-135M in float32) on the CPU and
decode greedily; each runs in a process of its own, one right after the other, the peer once for
each of its batch sizes, of which the fastest counts. Seconds are those of the decoding alone:
imports, loading and a first prompt are left out. Where two texts differ, a model in float64 says
how far apart the two likeliest tokens are at the place where they part.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scoring import MODEL, SEED, plain_copy, rows_of, side

from harness.adapters.transformers.checkpoint import find_checkpoint

SIDES = Path(__file__).parent / "generation_sides"


class Prompts(NamedTuple):
    """Questions, and what ends an answer to them."""

    title: str
    read: Callable[[random.Random, int], list[str]]
    until: tuple[str, ...]


def mixed(rng: random.Random, n: int) -> list[str]:
    """Questions, sums, questions on the summary of a book, newspaper articles, in equal parts."""
    kinds = (
        [f"Question: {row['question'].strip()}\nAnswer:" for row in rows_of("NQ-open/test.jsonl")],
        [_sum(row) for row in rows_of("ASDiv/test.jsonl")],
        [
            f"{row['passage'].strip()}\n\nQuestion: {row['question'].strip()}\nAnswer:"
            for row in rows_of("NarrativeQA/test.jsonl")
        ],
        [f"{row['document'].strip()}\n\nSummary:" for row in rows_of("XSum/test.jsonl")],
    )
    share = -(-n // len(kinds))
    drawn = [prompt for kind in kinds for prompt in rng.sample(kind, share)]
    return rng.sample(drawn, n)


def shots(rng: random.Random, n: int) -> list[str]:
    """Sums behind the same eight worked examples."""
    rows = rows_of("ASDiv/test.jsonl")
    before = "".join(f"{_sum(row)} {row['answer']}\n\n" for row in rows[:8])
    return [before + _sum(row) for row in rng.sample(rows[8:], n)]


def _sum(row: dict[str, Any]) -> str:
    return f"Question: {row['passage'].strip()} {row['question'].strip()}\nAnswer:"


SETS = {
    "mixed": Prompts("mixed lengths", mixed, ("\n\n", "Question:")),
    "shots": Prompts("8-shot, fixed", shots, ("\n\n", "Question:")),
}


def gaps(folder: Path, pairs: list[tuple[str, str, str]]) -> list[float]:
    """Return, per prompt with two texts, how close the call was where the texts part.

    The difference of the two largest log-probabilities there, in float64.
    """
    if not pairs:
        return []
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = []
    for prompt, one, other in pairs:
        first, second = (tokenizer.encode(text, add_special_tokens=False) for text in (one, other))
        n_same = next(
            (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
            min(len(first), len(second)),
        )
        ids = torch.tensor([tokenizer.encode(prompt) + first[:n_same]])
        with torch.inference_mode():
            top = model(ids, logits_to_keep=1).logits[0, -1].topk(2).values
        found.append(float(top[0] - top[1]))
    return found


def line(title: str, batch_size: int, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    cpu, wall = theirs["cpu_s"] / ours["cpu_s"], theirs["wall_s"] / ours["wall_s"]
    return (
        f"| {title} | {batch_size} | {theirs['cpu_s']:.1f} | {theirs['wall_s']:.1f} "
        f"| {ours['cpu_s']:.1f} | {ours['wall_s']:.1f} | {cpu:.2f} | {wall:.2f} "
        f"| {theirs['peak_gib']:.2f} / {ours['peak_gib']:.2f} "
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--new-tokens", type=int, default=128)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=[8, 16, 32, 64])
    parser.add_argument("--peer-python", default=sys.executable)
    options = parser.parse_args()
    from harness.adapters.transformers import TransformersAdapter

    print(
        "| prompts | peer's batch size | peer, CPU-s | wall, s | harness, CPU-s | wall, s "
        "| ratio, CPU | ratio, wall | peak, GiB | same texts | largest gap where others part |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as scratch:
        checkpoint = find_checkpoint(TransformersAdapter(**MODEL))
        folder = plain_copy(checkpoint.folder, Path(scratch) / "model")
        for name in options.sets:
            chosen = SETS[name]
            prompts = chosen.read(random.Random(SEED), options.prompts)
            job = {
                "model": str(folder),
                "prompts": prompts,
                "until": chosen.until,
                "n_new_tokens": options.new_tokens,
            }
            file = Path(scratch) / f"{name}.json"
            file.write_text(json.dumps(job))
            ours = side(sys.executable, SIDES / "harness_side.py", file, options.threads)
            for batch_size in options.batch_sizes:
                file.write_text(json.dumps({**job, "batch_size": batch_size}))
                theirs = side(options.peer_python, SIDES / "lm_eval_side.py", file, options.threads)
                triples = list(zip(prompts, ours["texts"], theirs["texts"], strict=True))
                differing = [each for each in triples if each[1] != each[2]]
                largest = max(gaps(folder, differing), default=0.0)
                print(
                    f"{line(chosen.title, batch_size, ours, theirs)}"
                    f"| {len(triples) - len(differing)} of {len(triples)} | {largest:.1e} |",
                    flush=True,
                )
                print(f"  load: {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
