"""Cost of the harness itself: a model that costs nothing, four-choice documents and generations.

    python benchmarks/overhead.py [--documents 20000] [--peer-documents 1000]

Each side reads the same rows from a JSON lines file, asks, scores and stores every sample, in a
process of its own. Reported are documents per CPU-second (user + system, children included) of
the whole job, start-up left out on every side. lm-eval and inspect take part when installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SIDES = Path(__file__).parent / "overhead_sides"


def write_rows(path: Path, n_rows: int) -> None:
    """Questions of some thirty words with four choices of a few."""
    with path.open("w") as file:
        for i in range(n_rows):
            row = {
                "id": str(i),
                "question": f"What is {i} plus {i}? Think of the number line, count upwards, and"
                " choose the value that is right among the four that follow here.",
                "choices": [f"{2 * i}", f"{2 * i + 1} or so", f"{3 * i} perhaps", f"not {i}"],
                "answer": f"{2 * i}",
                "gold": 0,
            }
            file.write(json.dumps(row) + "\n")


def measured(side: str, job: str, n_rows: int, folder: Path) -> float | None:
    """Documents per CPU-second, or None where the side is not installed."""
    rows = folder / f"rows{n_rows}.jsonl"
    if not rows.exists():
        write_rows(rows, n_rows)
    command = [sys.executable, str(SIDES / f"{side}_side.py"), job, str(rows), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if "ModuleNotFoundError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return n_rows / float(done.stdout.strip().rsplit("\n", 1)[-1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--peer-documents", type=int, default=1_000)
    options = parser.parse_args()
    jobs = [("choice", "lm_eval"), ("generation", "inspect"), ("generation", "lm_eval")]
    print("| job | harness /CPU-s | peer | peer /CPU-s | ratio |\n|---|---:|---|---:|---:|")
    with TemporaryDirectory() as scratch:
        for job, peer in jobs:
            ours = measured("harness", job, options.documents, Path(scratch))
            theirs = measured(peer, job, options.peer_documents, Path(scratch))
            assert ours is not None
            ratio = "not installed |" if theirs is None else f"{theirs:,.0f} | {ours / theirs:.0f}"
            print(f"| {job} | {ours:,.0f} | {peer} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
