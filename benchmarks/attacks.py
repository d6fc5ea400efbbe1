"""Attack a text classifier side by side with TextAttack, and compare outcomes and cost.

    python benchmarks/attacks.py [--texts 200] [--recipes pwws deepwordbug ...] [--budget N]
                                 [--victim logistic_regression] [--control]
                                 [--checkpoint FOLDER] [--concurrency 64] [--peer-at-once]
                                 [--peer-python /path/of/a/venv/with/textattack/bin/python]

Both sides get the same film reviews and the same fitted scikit-learn pipeline; each runs in a
process of its own, one right after the other. Other victims: ``checkpoint``, a sentiment model of
transformers on the reviews that ``examples/checkpoints/finetune_minilm.py`` has not fitted it on;
``endpoint``, a server on this machine that takes 20 ms for each answer. CPU-seconds are those of
the attacks alone: imports, loading and the reading of dictionaries (by an attack on one more text)
are left out.

TextAttack draws the letters of its misspellings from global generators, in the order in which its
search comes to the words. For outcomes that can be compared its side is given, place by place, the
numbers that the harness draws; of its code nothing else is touched, but for its order of ties on
request. For ``textbugger_lite`` and ``textfooler_lite`` it gets WordNet's synonyms in place of its
word vectors, and no sentence encoder.

With ``textattack:NAME`` both sides run TextAttack's own classes, the harness in its lock step, and
nothing is touched: generators are seeded alike. The harness's own Python needs TextAttack then.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.registry import find_with_option
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.lexicons.nltk_data import nltk_data
from harness.sources.samples import read_samples
from harness.suites.attacks.draft import Draft
from harness.suites.attacks.synonyms import synonyms_of

SIDES = Path(__file__).parent / "attacks_sides"
REVIEWS = Dataset(
    package="vaderSentiment",
    version="3.3.2",
    sdist=True,
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    file="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    "!hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
    format="tsv",
    header=False,
)
SEED = 0
RECIPES = (
    "pwws",
    "deepwordbug",
    "pruthi",
    "input_reduction",
    "textbugger_lite",
    "textfooler_lite",
)
OWN_CLASSES = tuple(f"textattack:{name}" for name in ("pwws", "deepwordbug", "pruthi", "leap"))
LITE = {"textbugger_lite", "textfooler_lite"}
DELAY_S = 0.02
KINDS = {"checkpoint": "checkpoint", "endpoint": "endpoint"}
"""Of victims; the others are pipelines."""
WARM_UP = "A warm and funny film about nothing much, and a good one."


def reviews(*, held_out: bool = False) -> list[tuple[str, int]]:
    """Return the snippets with 1 for a good mark, in an order of their own."""
    chosen = replace(REVIEWS, split_by="2", part="test") if held_out else REVIEWS
    rows = [(row["2"], int(float(row["1"]) > 0)) for row in chosen.rows()]
    random.Random(SEED).shuffle(rows)
    return rows


def fitted(victim: str, rows: list[tuple[str, int]]) -> Any:
    """Return a pipeline fitted on labelled texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    last = MultinomialNB() if victim == "naive_bayes" else LogisticRegression(max_iter=1000)
    texts, labels = zip(*rows, strict=True)
    return make_pipeline(TfidfVectorizer(), last).fit(texts, labels)


@contextmanager
def served(pipeline: Path) -> Iterator[str]:
    """Let a server name labels; yield the address of its API."""
    command = [sys.executable, SIDES / "labelling_server.py", pipeline, "0", str(DELAY_S)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.communicate()


def written(rows: list[tuple[str, int]], path: Path) -> list[str]:
    """Write texts and labels for the harness's side, and return the samples' ids."""
    lines = (json.dumps({"text": text, "label": str(label)}) for text, label in rows)
    path.write_text("\n".join(lines) + "\n")
    data = Dataset(path=str(path))
    samples = read_samples(data, Columns(text="text", target="label"), limit=None, seed=SEED)
    return [sample.id for sample in samples]


def keys(recipe: Any, ids: list[str]) -> list[int]:
    """Return what the harness's first draw for each sample is; see ``Draws``."""
    return [random.Random(f"{SEED}/{recipe.label}/{name}").getrandbits(64) for name in ids]


def seeds(recipe: Any, ids: list[str]) -> list[int]:
    """Return what the harness seeds TextAttack's generators with; see ``Chance``."""
    return [random.Random(f"{SEED}/{recipe.label}/{name}").getrandbits(32) for name in ids]


def synonyms(texts: list[str]) -> dict[str, list[str]]:
    """Return the synonyms of all words."""
    drafts = [Draft.of(text) for text in texts]
    words = {draft.word(place) for draft in drafts for place in range(draft.n_words)}
    return {word: list(synonyms_of(word.lower())) for word in sorted(words)}


def side(python: str, script: Path, job: Path) -> dict[str, Any]:
    """Run one side and return what it measured."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [python, script, job], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{script.name} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


COLUMNS = (
    "recipe",
    "clean",
    "under attack",
    "same outcome",
    "same text",
    "same count",
    "peer calls",
    "calls",
    "ratio",
    "peer texts",
    "texts",
    "peer tokens",
    "tokens",
    "peer, CPU-s",
    "harness, CPU-s",
    "ratio",
    "peer, wall s",
    "harness, wall s",
    "ratio",
)


def line(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Return a row of the table."""
    pairs = list(zip(ours["outcomes"], theirs["outcomes"], strict=True))
    n = len(pairs)
    same = {
        key: f"{sum(one[key] == other[key] for one, other in pairs)}/{n}"
        for key in ("kind", "text", "n_queries")
    }
    if name == "input_reduction":
        # Where there is something to maximise TextAttack tells no success from a failure.
        same["kind"] = ""
    cells = [
        name,
        f"{sum(one['kind'] != 'skipped' for one, _ in pairs) / n:.1%}",
        f"{sum(one['kind'] == 'failed' for one, _ in pairs) / n:.1%}",
        *same.values(),
    ]
    for key, digits in (
        ("n_calls", 0),
        ("n_texts", 0),
        ("n_tokens", 0),
        ("cpu_s", 2),
        ("wall_s", 2),
    ):
        cells += [f"{theirs[key]:,.{digits}f}", f"{ours[key]:,.{digits}f}"]
        if key not in ("n_texts", "n_tokens"):
            cells.append(f"{theirs[key] / ours[key]:.1f}")
    return f"| {' | '.join(cells)} |"


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument(
        "--recipes", nargs="+", choices=(*RECIPES, *OWN_CLASSES), default=list(RECIPES)
    )
    parser.add_argument("--budget", type=int, default=None)
    parser.add_argument(
        "--victim",
        choices=("logistic_regression", "naive_bayes", "checkpoint", "endpoint"),
        default="logistic_regression",
    )
    parser.add_argument("--checkpoint", type=Path, help="folder of the victim 'checkpoint'")
    parser.add_argument(
        "--concurrency", type=int, default=64, help="most requests of the harness under way"
    )
    parser.add_argument(
        "--peer-at-once", action="store_true", help="let the peer's requests of a call run together"
    )
    parser.add_argument(
        "--batch-size", type=int, default=8192, help="texts per call of the harness's adapter"
    )
    parser.add_argument("--control", action="store_true", help="time the random search as well")
    parser.add_argument(
        "--first-of-ties", action="store_true", help="order the peer's ties as the harness does"
    )
    parser.add_argument("--keep", type=Path, help="folder for what both sides found")
    parser.add_argument("--peer-python", default=sys.executable)
    options = parser.parse_args()
    if options.victim == "checkpoint" and options.checkpoint is None:
        parser.error("--victim checkpoint needs --checkpoint FOLDER")
    return options


@contextmanager
def victim_of(
    options: argparse.Namespace, folder: Path, training: list[tuple[str, int]]
) -> Iterator[str]:
    """Yield where both sides find the victim: a file, a folder or an address."""
    if options.victim == "checkpoint":
        yield str(options.checkpoint.resolve())
        return
    pipeline = folder / "victim.pickle"
    pipeline.write_bytes(pickle.dumps(fitted(options.victim, training)))
    if options.victim != "endpoint":
        yield str(pipeline)
        return
    with served(pipeline) as address:
        yield address


def main() -> None:
    """Print the table."""
    options = parsed()
    rows = reviews(held_out=options.victim == "checkpoint")
    attacked, training = rows[: options.texts], rows[options.texts :]
    texts = [text for text, _ in attacked]
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---" + "|---:" * (len(COLUMNS) - 1) + "|")
    with TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        ids = written(attacked, folder / "rows.jsonl")
        with victim_of(options, folder, training) as victim:
            for name in options.recipes:
                recipe_options = {"budget": options.budget} if options.budget else {}
                factory, named = find_with_option("attacks", name, "recipe")
                recipe = factory(**named, **recipe_options)
                job = folder / f"{name}.json"
                job.write_text(
                    json.dumps(
                        {
                            "recipe": name,
                            "options": {},
                            "seeds": seeds(recipe, ids) if name in OWN_CLASSES else [],
                            "budget": options.budget,
                            "rows": str(folder / "rows.jsonl"),
                            "texts": texts,
                            "labels": [label for _, label in attacked],
                            "keys": keys(recipe, ids),
                            "synonyms": synonyms([*texts, WARM_UP]) if name in LITE else {},
                            "seed": SEED,
                            "kind": KINDS.get(options.victim, "pipeline"),
                            "victim": victim,
                            "concurrency": options.concurrency,
                            "peer_at_once": options.peer_at_once,
                            "nltk_data": str(nltk_data()),
                            "control": options.control,
                            "warm_up": WARM_UP,
                            "delay_s": 0.0,
                            "batch_size": options.batch_size,
                            "ties": "first" if options.first_of_ties else "as they come",
                        }
                    )
                )
                theirs = side(options.peer_python, SIDES / "textattack_side.py", job)
                ours = side(sys.executable, SIDES / "harness_side.py", job)
                if options.keep:
                    found = folder / f"{name}.found.json"
                    found.write_text(json.dumps([ours, theirs], indent=1))
                print(line(name, ours, theirs), flush=True)
                print(f"  load: {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
