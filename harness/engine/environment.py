"""Where a run took place: packages, commit, hardware."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

from harness.engine.accelerator import accelerators
from harness.engine.processor_limits import processor_limits

_NAME_OR_VERSION = re.compile(r"^(Name|Version):[ \t]*(\S+)", re.MULTILINE)


def packages() -> dict[str, str]:
    """Return the version of every installed distribution, by name."""
    found = {}
    for distribution in distributions():
        # Parsing them as the e-mails that they are takes fifteen times as long, for every run.
        texts = map(distribution.read_text, ("METADATA", "PKG-INFO", ""))
        head, _, _description = next(filter(None, texts), "").partition("\n\n")
        fields = dict(reversed(_NAME_OR_VERSION.findall(head)))
        if {"Name", "Version"} <= fields.keys():
            found[fields["Name"].lower()] = fields["Version"]
    return dict(sorted(found.items()))


def git_state(folder: Path) -> dict[str, str]:
    """Return the commit of ``folder`` and whether it has changes; empty outside a checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {}
    is_dirty = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    return {"commit": commit, "dirty": "yes" if is_dirty else "no"}


def hardware() -> dict[str, str]:
    """Return what the machine is, as far as it is known without loading a model.

    Only what stays the same from run to run: times are compared where all of it is equal.
    """
    return {
        "cpu": _cpu_model(),
        "cores": str(_usable_cores()),
        "memory_gib": f"{_memory_bytes() / 2**30:.1f}",
        "system": platform.platform(),
        "python": platform.python_version(),
        **processor_limits(),
        **accelerators(),
    }


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", *words],  # noqa: S607 - the user's own git
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0
