"""CPU-seconds to disturb 10,000 texts of 20 words: each perturbation, and all together.

    python benchmarks/perturbing.py [--samples 10000] [--words 20]

Word lists are read before the clock starts; the least of several runs.
"""

from __future__ import annotations

import argparse
import random
import time

from harness import registry
from harness.core.ports import Perturbation
from harness.sources.lexicons.wordnet import wordnet

SENTENCE = (
    "the film is not a great one, but it's well made; its 3 leads can't act (I'm sure) and the"
    " colour of the sets, the music and the story will make you forget that they do not try"
)


def texts(n_samples: int, n_words: int) -> list[str]:
    """Every other word out of WordNet, so that no cache holds all; the rest is one sentence."""
    rng = random.Random(0)
    rare = [word for word in wordnet().senses if word.isalpha()]
    common = SENTENCE.split(" ")
    given = []
    for number in range(n_samples):
        plain = (common[(number + i) % len(common)] for i in range(n_words))
        given.append(" ".join(rng.choice(rare) if rng.random() < 0.5 else word for word in plain))
    return given


def cpu_seconds(perturbation: Perturbation, given: list[str]) -> tuple[float, int]:
    """Return the time for all texts, drawing as a run does, and how many were changed."""
    started = time.process_time()
    n_changed = 0
    for number, text in enumerate(given):
        rng = random.Random(f"0/{perturbation.label}/{number}")
        n_changed += perturbation.perturb(text, rng) != text
    return time.process_time() - started, n_changed


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    given = texts(options.samples, options.words)
    total = 0.0
    print("| perturbation | CPU-seconds | texts changed |\n|---|---:|---:|")
    for name in registry.registered("perturbations"):
        perturbation = registry.find("perturbations", name, "benchmark")()
        perturbation.perturb("A word list is read at the first use.", random.Random(0))
        runs = [cpu_seconds(perturbation, given) for _ in range(options.repeats)]
        seconds = min(run[0] for run in runs)
        total += seconds
        print(f"| {name} | {seconds:.2f} | {runs[0][1]} |")
    print(f"| all | {total:.2f} | |")


if __name__ == "__main__":
    main()
