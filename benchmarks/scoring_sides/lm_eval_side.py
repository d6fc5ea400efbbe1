"""Likelihoods by lm-evaluation-harness's ``hf`` model; prints what they cost, and the scores."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

BATCH_SIZE = 8


def main() -> None:
    """Answer a first document, so that nothing is counted that comes but once, then all."""
    job = json.loads(Path(sys.argv[1]).read_text())
    lm = HFLM(pretrained=job["model"], dtype="float32", device="cpu", batch_size=BATCH_SIZE)
    pairs = [
        (document["context"], continuation)
        for document in job["documents"]
        for continuation in document["continuations"]
    ]
    requests = [
        Instance(request_type="loglikelihood", doc={}, arguments=pair, idx=at)
        for at, pair in enumerate(pairs)
    ]
    lm.loglikelihood(requests[:1], disable_tqdm=True)
    sizes: list[int] = []

    def count(_model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        sizes.append((args[0] if args else kwargs["input_ids"]).numel())

    lm.model.register_forward_pre_hook(count, with_kwargs=True)
    before = os.times()
    scores = lm.loglikelihood(requests, disable_tqdm=True)
    after = os.times()
    measured = {
        "cpu_s": sum(after[:2]) - sum(before[:2]),
        "n_tokens": sum(sizes),
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "scores": scores,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
