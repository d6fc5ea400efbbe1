"""Peak memory of the harness itself on a large data set and a model that costs nothing.

    python benchmarks/memory.py [--samples 1000000]

The whole job: data checked, asked, scored, stored, compacted, estimated, reported.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from overhead import SIDES, write_rows

SPEC = """
[[model]]
name = "free"
adapter = "python"
target = "free_model:score"
capability = "scores"
path = "{here}"
[[suite]]
suite = "multiple_choice"
data = "rows.jsonl"
columns = {{ text = "question", choices = "choices", target = "answer", id = "id" }}
"""


def main() -> None:
    """Print peak resident memory and time."""
    from harness import run

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    n_samples = parser.parse_args().samples
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_rows(folder / "rows.jsonl", n_samples)
        (folder / "job.toml").write_text(SPEC.format(here=SIDES))
        start, start_cpu = time.perf_counter(), time.process_time()
        result = run(folder / "job.toml", out=folder / "runs")
        wall_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
        (accuracy,) = [
            e for e in result.run.estimates if e.quantity.id == "accuracy" and e.slice is None
        ]
        assert accuracy.n == n_samples
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("| samples | peak memory, GiB | wall, s | CPU, s |\n|---:|---:|---:|---:|")
    print(f"| {n_samples:,} | {peak:.2f} | {wall_s:.0f} | {cpu_s:.0f} |")


if __name__ == "__main__":
    main()
