"""The public door: carry out a spec, load a run, compare two.

>>> from harness import compare, load_run, run
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import compare, rescore, run
    from harness.compared import Compared
    from harness.result import Result, load_run

__all__ = ["Compared", "Result", "compare", "load_run", "rescore", "run"]

for _room in ("adapters", "suites", "reports"):
    if os.path.isfile(os.path.join(__path__[0], _room)):  # noqa: PTH113, PTH118 - pathlib is slow to import
        raise ImportError(
            f"harness/{_room} is a text file where a link to the folder {_room}/ should be: clone"
            " again with `git -c core.symlinks=true clone …` (on Windows: in developer mode)"
        )

_HOMES = {
    "Compared": "harness.compared",
    "Result": "harness.result",
    "compare": "harness.api",
    "load_run": "harness.result",
    "rescore": "harness.api",
    "run": "harness.api",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``harness --help`` must not load pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
