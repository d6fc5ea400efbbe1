"""The pages say what the code does: tables are regenerated, names and links are looked up."""

from __future__ import annotations

import ast
import dataclasses
import re
import textwrap
import time
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pages.commands import missing_line
from pages.generated import PAGES, ROOT, regenerated
from pages.options import option_table

from harness import config, registry
from harness.cli.exits import ExitCode
from harness.cli.main import cli
from harness.config import parse_spec
from harness.core.response import FailureKind
from harness.core.run import Status

_DOCS = sorted((ROOT / "docs").glob("*.md"))
_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md")
_ALL = [*(ROOT / name for name in _TOP), *_DOCS]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_generated_tables_are_those_of_the_code(name: str) -> None:
    text = _text(name)

    assert "<!-- generated: " in text
    assert regenerated(text) == text, "write them anew: PYTHONPATH=tests python -m pages"


@pytest.mark.parametrize("page", _ALL, ids=_name)
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = _HEADING.findall(file.read_text(encoding="utf-8"))
            assert anchor in {_anchor(heading) for heading in headings}, target


def _anchor(heading: str) -> str:
    """Name a heading as GitHub does."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("page", _ALL, ids=_name)
def test_snippets_can_be_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    for snippet in _TOML.findall(text):
        tomllib.loads(snippet)
    for snippet in _PYTHON.findall(text):
        ast.parse(textwrap.dedent(snippet))  # some are methods


def test_whole_specs_in_the_pages_are_valid() -> None:
    """A snippet that has both a model and a suite is a whole spec."""
    n_checked = 0
    for page in _ALL:
        for snippet in _TOML.findall(page.read_text(encoding="utf-8")):
            table = tomllib.loads(snippet)
            if "model" in table and "suite" in table:
                parse_spec(table, folder=ROOT / "examples")
                n_checked += 1

    assert n_checked >= 2


def test_spec_page_has_every_key_that_belongs_to_no_adapter_or_suite() -> None:
    page = _text("docs/spec.md")

    for key in (*config._TOP, *config._TABLES, *config._MODEL_KEYS, *config._SUITE_KEYS):
        assert f"| `{key}` |" in page


@pytest.mark.parametrize("kind", registry.KINDS)
def test_readme_names_everything_registered(kind: registry.Kind) -> None:
    readme = _text("README.md")

    own = [p for p in entry_points(group=f"harness.{kind}") if p.module.startswith("harness.")]
    assert own
    for point in own:
        assert f"`{point.name}`" in readme


def test_adapters_page_has_a_section_for_each_adapter() -> None:
    headings = set(_HEADING.findall(_text("docs/adapters.md")))

    assert {p.name for p in entry_points(group="harness.adapters")} <= headings


@pytest.mark.parametrize("name", ["README.md", "docs/runs.md"])
def test_exit_codes_are_all_there(name: str) -> None:
    for code in ExitCode:
        assert f"| {code.value} |" in _text(name)


def test_runs_page_names_each_status_and_kind_of_failure() -> None:
    page = _text("docs/runs.md")

    for word in (*Status, *FailureKind):
        assert f"`{word}`" in page


def test_readme_names_each_command() -> None:
    readme = _text("README.md")

    for name in cli.list_commands(None):  # type: ignore[arg-type] # it does not look
        assert f"harness {name}" in readme


def test_readme_leads_to_each_page() -> None:
    targets = set(_LINK.findall(_text("README.md")))

    assert {_name(page) for page in _DOCS} <= targets


def test_every_example_is_told_of() -> None:
    page = _text("examples/README.md")

    for path in (ROOT / "examples").iterdir():
        if path.name not in ("README.md", "runs", "__pycache__"):
            assert f"`{path.name}`" in page


def test_a_line_that_does_not_come_out_is_missed() -> None:
    output = "head\n│ accuracy ↑   │ 0.75 │ 0.4 … 0.9 │\ntail\n"

    assert missing_line(("│ accuracy ↑ │ … │", "tail"), output) is None
    assert missing_line(("tail", "head"), output) == "head"
    assert missing_line(("│ accuracy ↑ │ 0.76 │ …",), output) == "│ accuracy ↑ │ 0.76 │ …"


@pytest.mark.parametrize(
    ("shown", "line"),
    [("… ab", "x ab ab"), ("a…b … c", "axb  y c"), ("a   b", " a b "), ("a … b", "ab"), ("…", "")],
)
def test_anything_stands_for_anything(shown: str, line: str) -> None:
    assert missing_line((shown,), f"{line}\n") is None


@pytest.mark.parametrize(
    ("shown", "line"), [("ab…ba", "aba"), ("a … b", "x a b"), ("a … b", "a b x"), ("a b", "ab")]
)
def test_and_for_nothing_twice_or_outside_it(shown: str, line: str) -> None:
    assert missing_line((shown,), f"{line}\n") == shown


def test_many_gaps_take_no_time() -> None:
    shown = "… a " * 40 + "… b"
    started = time.process_time()

    assert missing_line((shown,), "a " * 2000) == shown

    assert time.process_time() - started < 1


def test_an_option_without_words_is_refused() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Silent:
        """Has an option that nobody explains."""

        said: int = 0
        """This one is explained."""
        unsaid: int = 0

    with pytest.raises(ValueError, match=r"Silent\.unsaid has no documentation"):
        option_table(Silent)


def test_plugin_page_shows_the_example_as_it_is() -> None:
    folder = ROOT / "examples" / "plugin"
    sources = [file.read_text(encoding="utf-8") for file in folder.rglob("*.py")]
    sources += [file.read_text(encoding="utf-8") for file in folder.rglob("*.toml")]
    text = _text("docs/plugins.md")
    snippets = [*_PYTHON.findall(text), *_TOML.findall(text)]

    assert len(snippets) >= 5
    for snippet in snippets:
        assert any(snippet in source for source in sources), snippet
