"""The generation job by inspect with its log; prints CPU-seconds."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval  # noqa: A004 - its own name
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelAPI, ModelOutput, get_model, modelapi
from inspect_ai.scorer import exact
from inspect_ai.solver import generate

JOB, ROWS, FOLDER = sys.argv[1], Path(sys.argv[2]), sys.argv[3]


@modelapi(name="free")
class Free(ModelAPI):
    """The model that costs nothing; its bundled mock wants a tokenizer from the network."""

    async def generate(self, *args: Any, **kwargs: Any) -> ModelOutput:
        return ModelOutput.from_content("free", "the answer is 42")


def evaluate(limit: int | None) -> None:
    """Evaluate without a display."""
    rows = [json.loads(line) for line in ROWS.read_text().splitlines()]
    samples = [Sample(id=row["id"], input=row["question"], target=row["answer"]) for row in rows]
    task = Task(dataset=MemoryDataset(samples), solver=generate(), scorer=exact())
    (log,) = eval(task, model=get_model("free/free"), limit=limit, log_dir=FOLDER, display="none")
    assert log.status == "success", log.error


def main() -> None:
    """Run the job once small, so that imports are not counted, then whole."""
    evaluate(5)
    before = os.times()
    evaluate(None)
    after = os.times()
    print(sum(after[:4]) - sum(before[:4]))


if __name__ == "__main__":
    main()
