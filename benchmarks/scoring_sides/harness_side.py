"""Likelihoods by this project's ``transformers`` adapter; prints what they cost, and the scores."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.prefix_tree import count_nodes
from harness.core.capability import Capability
from harness.core.request import LogLikelihood, Request
from harness.core.response import LogLikelihoods, Response


def main() -> None:
    """Answer a first document, so that nothing is counted that comes but once, then all."""
    job = json.loads(Path(sys.argv[1]).read_text())
    session = TransformersAdapter(path=job["model"], device="cpu", dtype="float32").open()
    requests = [
        Request(
            str(at),
            LogLikelihood(prompt=one["context"], continuations=tuple(one["continuations"])),
        )
        for at, one in enumerate(job["documents"])
    ]
    list(session.respond(requests[:1]))
    sizes: list[int] = []

    def count(_model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        sizes.append(kwargs["input_ids"].numel())

    responder = session._responders[Capability.SCORES]  # noqa: SLF001 - to count what it computes
    responder._loaded.model.register_forward_pre_hook(count, with_kwargs=True)  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    before = os.times()
    exchanges = list(session.respond(requests))
    after = os.times()
    answers = {exchange.request.id: exchange.answer for exchange in exchanges}
    scores = []
    for request in requests:
        answer = answers[request.id]
        assert isinstance(answer, Response), answer
        assert isinstance(answer.output, LogLikelihoods)
        scores += [(one.log_likelihood, one.is_greedy) for one in answer.output.scores]
    rows = {row.tokens for request in requests for row in responder.read(request).rows}
    measured = {
        "cpu_s": sum(after[:2]) - sum(before[:2]),
        "n_tokens": sum(sizes),
        "n_distinct": count_nodes(list(rows)),
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "scores": scores,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
