"""Explain a text classifier's answers side by side with shap's own text explainer.

    python benchmarks/explanations.py [--checkpoint FOLDER] [--texts 50] [--max-evals 500]
                                      [--threads 1] [--peers function pipeline] [--tried]
    python benchmarks/explanations.py --checkpoint FOLDER --long

Both sides get the same film reviews and the same model, fitted on other reviews: a sentiment model
of transformers that ``examples/checkpoints/finetune_minilm.py`` has written, or without
``--checkpoint`` a pipeline of scikit-learn (TF-IDF, logistic regression). Each runs in a process of
its own, one right after the other. Imports, loading and shap's compiling are left out. With
``--long``, one text of 512 tokens: what memory its explanation takes beyond that of the loaded
model.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from harness.sources.dataset import Dataset

SIDES = Path(__file__).parent / "explanations_sides"
REVIEWS = Dataset(
    package="vaderSentiment",
    version="3.3.2",
    sdist=True,
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    file="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    "!hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
    format="tsv",
    header=False,
    split_by="2",
    part="test",
)
SEED = 0
WARM_UP = "A warm and funny film about nothing much."
LONG_TOKENS = 512
COLUMNS = (
    "side",
    "calls",
    "texts",
    "tokens",
    "wall s",
    "CPU-s",
    "of the model",
    "calls, ratio",
    "wall, ratio",
    "CPU, ratio",
    "largest difference",
)


def reviews() -> list[str]:
    """Return held-out snippets in an order of their own; shap fails at those of one word."""
    texts = [row["2"] for row in REVIEWS.rows()]
    random.Random(SEED).shuffle(texts)
    return [text for text in texts if len(text.split()) > 2]


def fitted(folder: Path) -> Path:
    """Return a file with a pipeline of scikit-learn, fitted on the other snippets."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    rows = list(replace(REVIEWS, part="train").rows())
    labels = ["positive" if float(row["1"]) > 0 else "negative" for row in rows]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    path = folder / "model.pickle"
    path.write_bytes(pickle.dumps(pipeline.fit([row["2"] for row in rows], labels)))
    return path


def long_text(folder: Path) -> str:
    """Return as many whole words of the reviews as 512 tokens hold."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    words = " ".join(reviews()).split()
    lengths = [len(tokenizer.tokenize(word)) for word in words]
    n_words = int(np.searchsorted(np.cumsum(lengths), LONG_TOKENS - 2, side="right"))
    return " ".join(words[:n_words])


def side(script: str, job: dict[str, Any], folder: Path, threads: int) -> dict[str, Any]:
    """Run one side and return what it measured."""
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, str(SIDES / script), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{script} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def largest_difference(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Return the largest difference of any value or base value."""
    pairs = [
        pair for key in ("values", "base") for pair in zip(ours[key], theirs[key], strict=True)
    ]
    return max(float(np.abs(np.subtract(one, other)).max()) for one, other in pairs)


def line(name: str, told: dict[str, Any], ours: dict[str, Any]) -> str:
    """Return a row of the table; ratios are to the harness."""
    cells = [name, *(f"{told[key] or '':,}" for key in ("n_calls", "n_texts", "n_tokens"))]
    cells += [f"{told[key]:,.1f}" for key in ("wall_s", "cpu_s", "model_cpu_s")]
    cells += [f"{told[key] / ours[key]:.1f}" for key in ("n_calls", "wall_s", "cpu_s")]
    cells.append("" if told is ours else f"{largest_difference(ours, told):.1e}")
    return f"| {' | '.join(cells)} |"


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, help="folder; none: a fitted pipeline")
    parser.add_argument("--texts", type=int, default=50)
    parser.add_argument("--max-evals", type=int, default=500)
    parser.add_argument("--threads", type=int, default=1, help="of torch, on both sides")
    parser.add_argument("--max-batch-tokens", type=int, default=1024, help="of the harness")
    parser.add_argument("--tried", action="store_true", help="time a run with its trials as well")
    parser.add_argument("--long", action="store_true", help="explain one text of 512 tokens alone")
    parser.add_argument(
        "--peers", nargs="+", choices=("function", "pipeline"), default=["function", "pipeline"]
    )
    options = parser.parse_args()
    if not options.checkpoint:
        options.peers = ["function"]
    if options.long and not options.checkpoint:
        parser.error("--long needs --checkpoint FOLDER")
    return options


def compared(
    options: argparse.Namespace, texts: list[str], peers: list[str], folder: Path
) -> dict[str, dict[str, Any]]:
    """Run all sides on some texts."""
    rows = folder / "rows.jsonl"
    rows.write_text(
        "".join(json.dumps({"text": text, "label": "positive"}) + "\n" for text in texts)
    )
    job = {
        "kind": "checkpoint" if options.checkpoint else "sklearn",
        "model": str(options.checkpoint.resolve() if options.checkpoint else fitted(folder)),
        "rows": str(rows),
        "texts": texts,
        "max_evals": options.max_evals,
        "seed": SEED,
        "warm_up": WARM_UP,
        "options": {"max_batch_tokens": options.max_batch_tokens, "too_long": "truncate"},
    }
    sides = {}
    for peer in peers:
        sides[f"shap, {peer}"] = side(
            "shap_side.py", {**job, "peer": peer}, folder, options.threads
        )
    ways = {"harness": False, "harness, and each tried": True}
    for name, is_audited in ways.items():
        if is_audited and not options.tried:
            continue
        sides[name] = side(
            "harness_side.py", {**job, "is_audited": is_audited}, folder, options.threads
        )
    return sides


def print_long(options: argparse.Namespace, folder: Path) -> None:
    """Print what one long text takes."""
    text = long_text(options.checkpoint)
    sides = compared(options, [text], ["function"], folder)
    print(f"{len(text.split())} words, {LONG_TOKENS} tokens:\n")
    print("| side | calls | wall s | CPU-s | more memory, MB | largest difference |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, told in sides.items():
        cells = [name, f"{told['n_calls']:,}", f"{told['wall_s']:.1f}", f"{told['cpu_s']:.1f}"]
        cells.append(f"{told['more_bytes'] / 1e6:,.0f}")
        cells.append(f"{largest_difference(sides['harness'], told):.1e}")
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Print a table."""
    options = parsed()
    with TemporaryDirectory() as scratch:
        if options.long:
            print_long(options, Path(scratch))
            return
        sides = compared(options, reviews()[: options.texts], options.peers, Path(scratch))
        print(f"| {' | '.join(COLUMNS)} |")
        print("|---" + "|---:" * (len(COLUMNS) - 1) + "|")
        for name, told in sides.items():
            print(line(name, told, sides["harness"]))
        print(f"load: {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
