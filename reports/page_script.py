"""What runs in the page: one inline script known by its hash, and plotly.js packed away."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

_SCRIPTS = ("theme.js", "library.js", "charts.js", "sorting.js", "samples.js", "start.js")
COMPARISON_STYLE = "comparison.css"
ROBUSTNESS_STYLE = "robustness.css"
EXPLANATION_STYLE = "explanations.css"
COMPARISON_SCRIPT = "comparison.js"
_GZIP_BEST = 9


def page_style(
    *, is_compared: bool = False, is_disturbed: bool = False, is_explained: bool = False
) -> str:
    """Return the page's style sheet, with those of sections that not every page has."""
    names = [
        "report.css",
        *([COMPARISON_STYLE] if is_compared else []),
        *([ROBUSTNESS_STYLE] if is_disturbed else []),
        *([EXPLANATION_STYLE] if is_explained else []),
    ]
    return "\n".join(map(_asset, names))


def page_script(*, is_compared: bool = False) -> str:
    """Return the page's one script, with that of a comparison where there is one."""
    names = (*_SCRIPTS, COMPARISON_SCRIPT) if is_compared else _SCRIPTS
    return wrapped_script(map(_asset, names))


def wrapped_script(parts: Iterable[str]) -> str:
    """Return scripts as one function, so that nothing leaks out of it."""
    joined = "\n".join(parts)
    return f'(function () {{\n"use strict";\n{joined}}})();\n'


def security_policy(script: str) -> str:
    """Return the page's Content-Security-Policy: our script by hash, plotly by blob, no network.

    Style attributes are what plotly draws with, hence ``'unsafe-inline'`` for styles alone.
    """
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@cache
def packed_plotly() -> str:
    """Return plotly.js from the installed package, gzip in base64; the same bytes each time."""
    from plotly.offline import get_plotlyjs

    packed = gzip.compress(get_plotlyjs().encode(), _GZIP_BEST, mtime=0)
    return b64encode(packed).decode("ascii")


def _asset(name: str) -> str:
    return (files("harness.reports") / "templates" / name).read_text("utf-8")
