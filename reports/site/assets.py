"""What all pages share, each file under the hash of its content, and what a page may load."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from harness.reports.page_script import wrapped_script

_RUN_SCRIPTS = (
    "theme.js", "shared_library.js", "charts.js", "sorting.js", "samples.js", "start.js",
    "comparison.js",
)  # fmt: skip
_SITE_SCRIPTS = (
    "sorting.js", "run_list.js", "numbers.js", "paired.js", "compare.js", "site_start.js",
)  # fmt: skip
_STYLES = ("report.css", "comparison.css", "robustness.css", "explanations.css", "site.css")
_HASH_LENGTH = 12

Page = Literal["report", "site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """How a page is dressed: addresses seen from it, and its own small script."""

    up: str
    """From the page to the site's folder: empty or ``../``."""
    style: str
    plotly: str
    """Empty where the page draws nothing with it."""
    loader: str
    """The one inline script, which loads the shared ones."""
    policies: tuple[str, ...]


def dress(page: Page, up: str, *, has_plots: bool = False) -> Dress:
    """Return what a page needs to look and act as it should.

    Args:
        page: which of the shared scripts it loads.
        up: from the page to the site's folder.
        has_plots: whether it draws with plotly.
    """
    loader = _LOADER.replace("ADDRESS", up + script_path(page))
    return Dress(
        up=up,
        style=up + style_path(),
        plotly=up + plotly_path() if has_plots else "",
        loader=loader,
        policies=_policies(loader, is_drawing=has_plots),
    )


# One script known by its hash makes the elements that load all others.
_LOADER = (
    'const script = document.createElement("script");'
    'script.src = "ADDRESS";'
    "document.head.append(script);"
)


def _policies(loader: str, *, is_drawing: bool) -> tuple[str, ...]:
    """Return two Content-Security-Policies, of which a browser enforces both.

    From disk neither the hash of a shared script (its integrity cannot be checked there) nor a
    folder can be allowed, and ``file:`` would allow any file of the disk. So the first lets only
    the loader, known by its hash, bring in scripts, and the second only local files or, once
    the site is on a server, that server's: a script element that somebody smuggles in loads
    nothing, and nothing comes from elsewhere. Style attributes are what plotly draws with.
    """
    digest = b64encode(sha256(loader.encode()).digest()).decode()
    styles = "'self' file: 'unsafe-inline'" if is_drawing else "'self' file:"
    by_whom = (
        f"default-src 'none'; script-src 'sha256-{digest}' 'strict-dynamic'; style-src {styles}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    from_where = f"script-src 'self' file: 'sha256-{digest}'"
    return (by_whom, from_where)


def shared_documents() -> dict[str, str]:
    """Return every shared file by its path."""
    return {
        style_path(): site_style(),
        script_path("report"): _script("report"),
        script_path("site"): _script("site"),
        plotly_path(): plotly_script(),
    }


@cache
def style_path() -> str:
    """Return the path of the style sheet."""
    return _named("site", site_style(), "css")


@cache
def script_path(page: Page) -> str:
    """Return the path of the script of one kind of page."""
    return _named(page, _script(page), "js")


@cache
def plotly_path() -> str:
    """Return the path of plotly.js."""
    return _named("plotly", plotly_script(), "js")


@cache
def site_style() -> str:
    """Return the one style sheet of all pages."""
    return "\n".join(map(_template, _STYLES))


@cache
def plotly_script() -> str:
    """Return plotly.js from the installed package."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


@cache
def code_hash() -> str:
    """SHA-256 (hex) of everything in this room: other code, other pages."""
    spec = find_spec("harness.reports")
    root = Path(next(iter(spec.submodule_search_locations or [""]))) if spec else Path()
    sources = sorted(path for path in root.rglob("*") if path.suffix in _SOURCES)
    digest = sha256()
    for path in sources:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


_SOURCES = (".py", ".html", ".css", ".js")


def _script(page: Page) -> str:
    names = _RUN_SCRIPTS if page == "report" else _SITE_SCRIPTS
    return wrapped_script(_template(name) for name in names)


def _named(stem: str, text: str, suffix: str) -> str:
    return f"assets/{stem}.{sha256(text.encode()).hexdigest()[:_HASH_LENGTH]}.{suffix}"


def _template(name: str) -> str:
    return (files("harness.reports") / "templates" / name).read_text("utf-8")
