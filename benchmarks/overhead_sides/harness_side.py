"""One job by this project; prints CPU-seconds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

JOB, ROWS, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
SPEC = {
    "choice": """
[[model]]
name = "free"
adapter = "python"
target = "free_model:score"
capability = "scores"
path = "{here}"
[[suite]]
suite = "multiple_choice"
data = "{rows}"
columns = {{ text = "question", choices = "choices", target = "answer", id = "id" }}
""",
    "generation": """
[[model]]
name = "free"
adapter = "python"
target = "free_model:generate"
path = "{here}"
[[suite]]
suite = "generation"
data = "{rows}"
metrics = ["exact_match"]
columns = {{ text = "question", target = "answer", id = "id" }}
""",
}


def main() -> None:
    """Run the job once small, so that imports are not counted, then whole."""
    from harness import run

    spec = FOLDER / f"{JOB}.toml"
    spec.write_text(SPEC[JOB].format(here=Path(__file__).parent, rows=ROWS))
    run(spec, limit=5, out=FOLDER / "warm")
    before = os.times()
    run(spec, out=FOLDER / "runs")
    after = os.times()
    print(sum(after[:4]) - sum(before[:4]))


if __name__ == "__main__":
    main()
