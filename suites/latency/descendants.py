"""The processes below one, without a look at every process of the machine."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int, proc: Path = PROC) -> list[int] | None:
    """Return the numbers of all processes that a process has started, and theirs.

    Args:
        pid: of the process.
        proc: where the kernel shows its processes.

    Returns:
        None where the kernel does not list the children of a thread (Linux does).
    """
    tasks = proc / str(pid) / "task"
    try:
        files = [task / "children" for task in tasks.iterdir()]
    except OSError:  # no Linux
        return None
    children: list[int] = []
    for file in files:
        try:
            children += map(int, file.read_text(encoding="ascii").split())
        except FileNotFoundError:
            if not (tasks / str(pid) / "children").exists() and (tasks / str(pid)).exists():
                return None  # a kernel without such lists
            # Otherwise the thread has ended meanwhile.
    below = [descendants(child, proc) or [] for child in children]
    return [*children, *(each for some in below for each in some)]
