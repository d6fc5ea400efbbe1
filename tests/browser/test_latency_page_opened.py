"""A report of latency opened from disk: it draws without a script, on any screen."""

from pathlib import Path

import pytest
from fakes.opened_page import OpenPage, worst_contrast
from fakes.synthetic_latency import compared_latency_run, latency_run

from harness.reports.html import HtmlRenderer

pytestmark = pytest.mark.browser

N_PANELS = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, run in {
        "plain": latency_run(),
        "hostile": latency_run(is_hostile=True),
        "compared": compared_latency_run(is_hostile=True),
    }.items():
        (folder / f"{name}.html").write_text(HtmlRenderer().render(run), "utf-8")
    return folder


@pytest.mark.parametrize("name", ["plain", "hostile", "compared"])
def test_it_opens_without_a_complaint_or_a_request(open_page: OpenPage, name: str) -> None:
    opened = open_page(name)
    opened.page.wait_for_timeout(200)
    assert opened.page.locator("figure svg.panel[role=img]").count() == N_PANELS
    assert opened.page.locator(".plot").count() == 0
    assert (opened.messages, opened.dialogs) == ([], [])
    assert [url for url in opened.requests if not url.startswith("file:")] == []


@pytest.mark.parametrize(
    ("name", "width"), [("hostile", 1280), ("plain", 400), ("hostile", 400), ("compared", 400)]
)
def test_the_page_never_scrolls_sideways(open_page: OpenPage, name: str, width: int) -> None:
    page = open_page(name, width=width).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 400])
def test_labels_of_drawings_can_be_read_and_none_is_cut_off(
    open_page: OpenPage, width: int
) -> None:
    heights = open_page(width=width).page.evaluate(
        """() => [...document.querySelectorAll("svg.panel[role=img] text")].map((text) => {
          const own = text.getBoundingClientRect();
          return own.left < 0 || own.right > innerWidth ? 0 : own.height;
        })"""
    )
    assert min(heights) >= 10


@pytest.mark.parametrize(("scheme", "name"), [("light", "plain"), ("dark", "compared")])
def test_text_has_contrast_in_both_schemes(open_page: OpenPage, scheme: str, name: str) -> None:
    worst = worst_contrast(open_page(name, color_scheme=scheme).page)
    assert worst["ratio"] >= 4.5, worst


def test_without_scripts_drawings_and_tables_are_there(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False).page
    assert page.locator("svg.panel[role=img]").first.is_visible()
    assert page.locator(".twin table").first.is_visible()
    assert page.locator("table.loads").first.is_visible()


def test_on_paper_the_drawings_are_printed(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark").page
    page.emulate_media(media="print")
    line = page.locator("svg.panel path.line").first
    assert line.is_visible()
    assert line.evaluate("(path) => getComputedStyle(path).stroke") == "rgb(0, 114, 178)"


def test_loads_stack_on_a_narrow_screen_with_their_headings(open_page: OpenPage) -> None:
    cell = open_page(width=400).page.locator("table.loads tbody td").first
    heading = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert "ttft_p50, ms ↓" in heading


def test_a_page_is_drawn_from_few_elements(open_page: OpenPage) -> None:
    n = open_page().page.evaluate("document.querySelectorAll('figure *').length")
    assert n < 3000
