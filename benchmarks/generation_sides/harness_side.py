"""Texts by this project's ``transformers`` adapter; prints what they cost, and the texts."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from harness.adapters.transformers import TransformersAdapter
from harness.core.request import Generate, Request
from harness.core.response import Generation, Response


def main() -> None:
    """Answer a first prompt, so that nothing is counted that comes but once, then all."""
    job = json.loads(Path(sys.argv[1]).read_text())
    session = TransformersAdapter(path=job["model"], device="cpu", dtype="float32").open()
    n_new, until = job["n_new_tokens"], tuple(job["until"])
    requests = [
        Request(str(at), Generate(prompt=prompt, max_new_tokens=n_new, stop=until))
        for at, prompt in enumerate(job["prompts"])
    ]
    first = Request("first", Generate(prompt=job["prompts"][0], max_new_tokens=2))
    list(session.respond([first]))
    before = os.times()
    exchanges = list(session.respond(requests))
    after = os.times()
    texts = {}
    for exchange in exchanges:
        answer = exchange.answer
        assert isinstance(answer, Response), answer
        assert isinstance(answer.output, Generation)
        texts[exchange.request.id] = answer.output.text
    measured = {
        "cpu_s": sum(after[:2]) - sum(before[:2]),
        "wall_s": after.elapsed - before.elapsed,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "texts": [texts[request.id] for request in requests],
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
