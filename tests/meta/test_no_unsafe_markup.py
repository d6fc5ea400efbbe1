"""What a model wrote must not become markup: no door for it is left in the page's sources."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "reports"
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
SCRIPTS = sorted((ROOT / "templates").glob("*.js"))
MODULES = sorted(ROOT.rglob("*.py"))

_UNSAFE_IN_TEMPLATES = re.compile(r"\|\s*safe\b|autoescape|Markup")
_UNSAFE_IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser"
    r"|\beval\b|new Function|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|https?://"
)


def test_there_is_something_to_look_at() -> None:
    assert len(TEMPLATES) >= 5
    assert len(SCRIPTS) >= 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_never_switch_escaping_off(path: Path) -> None:
    assert not _UNSAFE_IN_TEMPLATES.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_build_no_markup_and_reach_no_network(path: Path) -> None:
    assert not _UNSAFE_IN_SCRIPTS.findall(path.read_text("utf-8"))


def test_markup_is_made_in_one_module_and_each_time_with_its_reason() -> None:
    lines = [
        (path.name, line)
        for path in MODULES
        for line in path.read_text("utf-8").splitlines()
        if "Markup(" in line
    ]
    assert {name for name, _ in lines} == {"page.py"}
    assert all("noqa: S704 - " in line for _, line in lines)


def test_escaping_is_a_plain_true() -> None:
    assert "autoescape=True," in (ROOT / "page.py").read_text("utf-8")
