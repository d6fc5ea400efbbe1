"""Time a site of many runs: written whole, brought up to date, and with nothing to do.

    python benchmarks/site.py [--runs 500] [--records 100]

Each run has sixty metrics (two models, three suites, ten quantities each, slices besides) and,
per suite and model, as many samples as ``--records`` says. Each command is a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes.many_runs import write_many_runs, write_night


@dataclass(frozen=True)
class Spent:
    wall_s: float
    cpu_s: float


def publish(root: Path, site: Path) -> Spent:
    before, start = children_s(), time.perf_counter()
    program = Path(sys.executable).with_name("harness")
    command = [str(program), "site", "--root", str(root), "--out", str(site)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Spent(time.perf_counter() - start, children_s() - before)


def children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def size_mb(folder: Path) -> float:
    files = [folder] if folder.is_file() else folder.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--records", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root, site = Path(scratch) / "runs", Path(scratch) / "site"
        write_many_runs(root, n_runs=options.runs, n_records=options.records)
        jobs = {f"all {options.runs} runs": publish(root, site), "nothing new": publish(root, site)}
        write_night(root, options.runs, n_records=options.records)
        jobs["one more run"] = publish(root, site)
        load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
        print(f"{os.cpu_count()} cores, load {load}\n")
        print("| job | wall, s | CPU, s |\n|---|---:|---:|")
        for name, spent in jobs.items():
            print(f"| {name} | {spent.wall_s:.1f} | {spent.cpu_s:.1f} |")
        print("\n| part | MB |\n|---|---:|")
        for name in ("index.html", "compare.html", "assets", "runs", "data", "lines"):
            print(f"| {name} | {size_mb(site / name):.2f} |")


if __name__ == "__main__":
    main()
