"""The section on robustness, opened from disk as its reader opens it."""

from pathlib import Path

import pytest
from fakes.opened_page import OpenPage
from fakes.synthetic_robustness import disturbed_run

from harness.reports.html import HtmlRenderer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disturbed")
    page = HtmlRenderer(charts=True).render(disturbed_run())
    (folder / "plain.html").write_text(page, "utf-8")
    return folder


@pytest.mark.parametrize("width", [1280, 400])
def test_it_never_scrolls_sideways_and_hostile_texts_run_nothing(
    open_page: OpenPage, width: int
) -> None:
    opened = open_page(width=width)
    page = opened.page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.messages == []
    assert opened.dialogs == []
    assert page.locator("#robustness img").count() == 0


def test_the_words_that_differ_are_marked(open_page: OpenPage) -> None:
    opened = open_page()
    section = opened.page.locator("#robustness")
    section.get_by_text("samples that this cost something").click()
    example = section.locator(".example").first
    assert example.locator("del").all_inner_texts() == ["good"]
    assert example.locator("ins").all_inner_texts() == ["g\u043e\u043ed", "⟨U+202E⟩"]
    assert "CYRILLIC SMALL LETTER O" in example.inner_text()


def test_the_contents_lead_to_it_and_not_to_every_perturbation(open_page: OpenPage) -> None:
    opened = open_page()
    links = opened.page.locator("nav a").all_inner_texts()
    assert "Robustness" in links
    assert not [link for link in links if "~" in link]
    opened.page.get_by_role("link", name="Robustness").click()
    assert opened.page.locator("#robustness-title").is_visible()
    assert opened.page.locator("#robustness svg.panel .dot").first.is_visible()


def test_a_disturbed_suite_can_be_opened_below_its_clean_one(open_page: OpenPage) -> None:
    opened = open_page()
    heading = opened.page.get_by_role("heading", name="movie sentiment ~ typos")
    assert heading.count() == 0
    opened.page.get_by_text("movie sentiment again, with 4 perturbations, 1 attack").click()
    assert heading.first.is_visible()
