"""CPU-seconds until a command has printed: this project beside lm-eval and inspect.

    python benchmarks/startup.py [--repeats 5]

The least of several runs; peers take part when installed beside this interpreter.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

COMMANDS = [
    ("harness --help", ["harness", "--help"]),
    ("harness list", ["harness", "list"]),
    ("lm-eval --help", ["lm-eval", "--help"]),
    ("lm-eval ls tasks", ["lm-eval", "ls", "tasks"]),
    ("inspect --help", ["inspect", "--help"]),
]


def cpu_seconds(command: list[str], n_repeats: int) -> float | None:
    """Least user + system time of the command, or None where it is not installed."""
    program = Path(sys.executable).parent / command[0]
    if not program.exists():
        return None
    seconds = []
    for _ in range(n_repeats):
        before = os.times()
        subprocess.run([program, *command[1:]], capture_output=True, check=True)
        after = os.times()
        seconds.append(sum(after[2:4]) - sum(before[2:4]))
    return min(seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    n_repeats = parser.parse_args().repeats
    print("| command | CPU-seconds |\n|---|---:|")
    for name, command in COMMANDS:
        slow = command[0] == "lm-eval" and "ls" in command
        seconds = cpu_seconds(command, 1 if slow else n_repeats)
        print(f"| {name} | {'not installed' if seconds is None else f'{seconds:.2f}'} |")


if __name__ == "__main__":
    main()
