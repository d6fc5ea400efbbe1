"""The report of a compared run opened from disk in headless Chromium."""

from pathlib import Path

import pytest
from fakes.opened_page import OpenPage, worst_contrast
from fakes.synthetic_judgement import compared_run, with_verdict
from fakes.synthetic_run import SUITES
from playwright.sync_api import expect

from harness.core.verdict import Verdict
from harness.reports.html import HtmlRenderer

pytestmark = pytest.mark.browser

N = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    run = compared_run(n=N)
    pages = {
        "plain": run,
        "hostile": compared_run(n=N, is_hostile=True, is_forced=True),
        "invalid": with_verdict(run, Verdict.INVALID),
    }
    for name, each in pages.items():
        page = HtmlRenderer(charts=name == "plain", max_samples=10).render(each)
        (folder / f"{name}.html").write_text(page, "utf-8")
    return folder


@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_it_opens_without_a_complaint_or_a_request(open_page: OpenPage, name: str) -> None:
    opened = open_page(name)
    opened.draw_all()
    for _ in range(12):
        more = opened.page.get_by_role("button", name="Show more").first
        if more.is_visible():
            more.click()
    assert opened.messages == []
    outside = [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))]
    assert outside == []
    assert opened.dialogs == []
    assert opened.page.locator("img, iframe, object, embed, [onerror], [onload]").count() == 0


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["plain", "hostile", "invalid"])
def test_the_page_never_scrolls_sideways(open_page: OpenPage, name: str, width: int) -> None:
    page = open_page(name, width=width).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_metric_table_fits_a_usual_window(open_page: OpenPage) -> None:
    box = open_page().page.locator("#metrics .scroll")
    assert box.evaluate("(e) => e.scrollWidth - e.clientWidth") == 0


def test_the_verdict_is_seen_first(open_page: OpenPage) -> None:
    page = open_page().page
    box = page.locator(".banner").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 450
    assert page.locator(".banner h2").inner_text().endswith("Regressed")


def test_the_document_starts_small(open_page: OpenPage) -> None:
    page = open_page().page
    assert page.evaluate("document.querySelectorAll('header *, .compared, .compared *').length") < (
        3000
    )
    assert page.locator(".flip").count() == 20


def test_flips_are_filtered_by_keyboard(open_page: OpenPage) -> None:
    page = open_page().page
    form = page.locator("#flip-filter")
    form.get_by_label("Search").focus()
    page.keyboard.type("melodrama")
    expect(form.locator("output")).to_contain_text("matching")
    assert page.locator(".flip:not(:has-text('melodrama'))").count() == 0
    assert page.locator(".flip").count() > 0
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    expect(form.get_by_label("Suite")).to_be_focused()
    page.keyboard.type(SUITES[2])
    expect(page.locator(f".flip:not([data-suite='{SUITES[2]}'])")).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(form.get_by_label("Moved")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".flip.worse")).to_have_count(0)
    assert page.locator(".flip.better").count() > 0


def test_worse_come_first_and_more_are_shown_on_demand(open_page: OpenPage) -> None:
    page = open_page().page
    assert page.locator(".flip.better").count() == 0
    button = page.locator("#more-flips")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".flip").count() == 60
    # The keyboard goes on where the new ones begin.
    expect(page.locator(".flip").nth(20).locator("h3 a")).to_be_focused()


def test_an_address_brings_a_waiting_flip_into_view(open_page: OpenPage) -> None:
    page = open_page().page
    name = page.evaluate(
        "document.getElementById('flip-rest').content.lastElementChild.getAttribute('id')"
    )
    assert page.locator(f"#{name}").count() == 0
    page.evaluate("(name) => { location.hash = name }", name)
    expect(page.locator(f"#{name}")).to_be_in_viewport()


def test_the_table_sorts_by_gravity(open_page: OpenPage) -> None:
    page = open_page().page
    page.locator("#metrics th.said button").press("Enter")
    words = page.locator("#metrics tbody:nth-of-type(2) td.said .verdict").all_inner_texts()
    assert words[0].endswith("inconclusive")
    assert words[-1].endswith("not judged")


def test_without_scripts_the_first_flips_and_every_number_are_there(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False).page
    assert page.locator("#metrics tbody td.difference").first.is_visible()
    assert page.locator(".flip").count() == 20
    assert page.get_by_text("more flips are not shown").is_visible()
    assert not page.locator("#flip-filter").is_visible()


def test_on_paper_everything_is_unfolded_and_fits(open_page: OpenPage) -> None:
    page = open_page().page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".compared details:not([open])").count() == 0
    assert not page.locator("#flip-filter").is_visible()
    assert page.locator(".banner h2").is_visible()
    assert len(page.pdf(format="A4")) > 50_000
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#slices details[open]").count() == 0


def test_paper_is_white_for_those_who_read_in_the_dark(open_page: OpenPage) -> None:
    page = open_page("hostile", color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    worst = worst_contrast(page)
    assert worst["ratio"] >= 4.5, worst
    expect(page.locator(".banner h2")).to_have_css("color", "rgb(152, 34, 11)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_both_schemes(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme).page
    page.evaluate("for (const d of document.querySelectorAll('.compared details')) d.open = true")
    worst = worst_contrast(page)
    assert worst["ratio"] >= 4.5, worst
    for verdict in Verdict:
        page.evaluate(
            "(name) => { document.querySelector('.banner').className = `banner ${name}` }",
            verdict.value,
        )
        worst = worst_contrast(page)
        assert worst["ratio"] >= 4.5, (verdict, worst)
