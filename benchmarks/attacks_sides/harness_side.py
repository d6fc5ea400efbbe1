"""The harness's side: the same texts, the same victim and the same recipe, in lock step.

    python harness_side.py JOB.json        (prints one line of JSON)

The random search beside each recipe, which the peer does not have, is left out of the timing.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness_victims import VICTIMS

from harness.core.attacked import Attacked, Guess, Outcome
from harness.core.ports import Attack
from harness.core.response import Response
from harness.core.sample import Sample
from harness.engine.attacked_task import AttackedTask
from harness.registry import find_with_option
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.attacks.synonyms import synonyms_of
from harness.suites.classification import ClassificationSuite

KINDS = {Outcome.SUCCEEDED: "successful", Outcome.FAILED: "failed", Outcome.SKIPPED: "skipped"}


@dataclass(frozen=True)
class Alone:
    """A recipe without its control."""

    recipe: Attack

    def __getattr__(self, name: str) -> Any:
        return getattr(self.recipe, name)

    def control(self, text: str, clean: Guess, rng: Any) -> None:
        del text, clean, rng


def outcome(sample: Sample, answer: Any) -> dict[str, Any]:
    if not (isinstance(answer, Response) and isinstance(answer.output, Attacked)):
        sys.exit(f"sample {sample.id}: {answer}")
    found = answer.output
    return {
        "kind": KINDS[found.outcome],
        "text": found.text,
        "n_queries": found.n_queries,
        "control": found.control,
    }


def warm_up(recipe: Attack, text: str, n_steps: int) -> None:
    """Read the word lists: our own recipes do so at once, TextAttack when it comes to a word."""
    guess = Guess(label="", is_right=True, p_right=1)
    search = recipe.search(text, guess, random.Random(0))
    wanted = next(search)
    with suppress(StopIteration):
        for _ in range(n_steps - 1):
            wanted = search.send([guess] * len(wanted))
    search.close()


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    victim = VICTIMS[job["kind"]](job)
    suite = ClassificationSuite(
        data=Dataset(path=job["rows"]),
        columns=Columns(text="text", target="label"),
        labels=("0", "1"),
        **victim.options,
    )
    options = dict(job["options"])
    if job["budget"]:
        options["budget"] = job["budget"]
    factory, named = find_with_option("attacks", job["recipe"], "recipe")
    recipe = factory(**named, **options)
    task = AttackedTask(
        task=suite.prepare(limit=None, seed=0),
        attack=recipe if job["control"] else Alone(recipe),
        seed=job["seed"],
    )
    warm_up(recipe, job["warm_up"], n_steps=len(job["warm_up"].split()) if job["seeds"] else 1)
    for word in job["synonyms"]:  # the peer has them in a table before it starts
        synonyms_of(word.lower())
    wall, cpu = time.perf_counter(), time.process_time()
    found = {
        sample.id: outcome(sample, answer)
        for sample, answer in task.drive(
            task.samples(), victim.session, victim.capability, lambda _: None
        )
    }
    measured = {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "outcomes": [found[sample.id] for sample in task.samples()],
        "model_cpu_s": victim.count.cpu_s,
        "n_calls": victim.count.n_calls,
        "n_texts": victim.count.n_texts,
        "n_tokens": victim.count.n_tokens,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
