"""Where each document of a site lies: the same name, the same address, for as long as it lives."""

from __future__ import annotations

import re

from harness.reports.anchors import anchor

INDEX = "index.html"
COMPARE = "compare.html"
NO_LINE = "_no-line"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def file_stem(name: str) -> str:
    """Return a file name for any text; ids of runs are their own.

    >>> file_stem("20260102T030405678-ab12cd"), file_stem("../etc")
    ('20260102T030405678-ab12cd', 'etc-ad5cc6')
    """
    return name if _PLAIN.fullmatch(name) else anchor(name).lstrip("-")


def run_page(run_id: str) -> str:
    """Return the address of a run's page."""
    return f"runs/{file_stem(run_id)}.html"


def run_data(run_id: str) -> str:
    """Return the address of a run's numbers, as a script that any page can load."""
    return f"data/{file_stem(run_id)}.js"


def line_page(name: str) -> str:
    """Return the address of a line's page."""
    return f"lines/{file_stem(name) if name else NO_LINE}.html"


def line_table(name: str) -> str:
    """Return the address of a line's numbers as CSV."""
    return f"lines/{file_stem(name) if name else NO_LINE}.csv"
