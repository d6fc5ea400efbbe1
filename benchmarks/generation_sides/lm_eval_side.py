"""Texts by lm-evaluation-harness's ``hf`` model; prints what they cost, and the texts."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM


def main() -> None:
    """Answer a first prompt, so that nothing is counted that comes but once, then all."""
    job = json.loads(Path(sys.argv[1]).read_text())
    size = job["batch_size"]
    lm = HFLM(pretrained=job["model"], dtype="float32", device="cpu", batch_size=size)

    def asked(prompts: list[str], n_new: int) -> list[Instance]:
        settings = {"until": job["until"], "max_gen_toks": n_new, "do_sample": False}
        return [
            Instance(request_type="generate_until", doc={}, arguments=(prompt, settings), idx=at)
            for at, prompt in enumerate(prompts)
        ]

    lm.generate_until(asked(job["prompts"][:1], 2), disable_tqdm=True)
    before = os.times()
    texts = lm.generate_until(asked(job["prompts"], job["n_new_tokens"]), disable_tqdm=True)
    after = os.times()
    measured = {
        "cpu_s": sum(after[:2]) - sum(before[:2]),
        "wall_s": after.elapsed - before.elapsed,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "texts": texts,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
