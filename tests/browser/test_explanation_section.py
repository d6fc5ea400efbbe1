"""Explanations in a browser: every mark tells by more than its colour, and nothing is obeyed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.explained_reviews import explained, explained_reviews, explained_run
from fakes.opened_page import OpenPage, worst_contrast
from fakes.synthetic_run import HOSTILE

from harness.core.explanations import Kind, ShownSample
from harness.reports.html import HtmlRenderer

pytestmark = pytest.mark.browser

OPEN = "for (const d of document.querySelectorAll('details')) d.open = true"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explained")
    hostile = [
        ShownSample(
            kind=Kind.WRONG,
            id=f"h{number}",
            text=text,
            targets=(text[:40],),
            explained={"occlusion": replace(explained(text, "dice"), outputs=(HOSTILE[0], text))},
        )
        for number, text in enumerate(HOSTILE)
    ]
    run = replace(explained_run(), explanations=(explained_reviews(hostile),))
    page = HtmlRenderer(charts=False, max_samples=5).render(run)
    (folder / "plain.html").write_text(page, "utf-8")
    return folder


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_it_fits_it_can_be_read_and_hostile_texts_run_nothing(
    open_page: OpenPage, width: int, scheme: str
) -> None:
    opened = open_page(width=width, color_scheme=scheme)
    page = opened.page
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert worst_contrast(page)["ratio"] >= 4.5
    assert opened.messages == []
    assert opened.dialogs == []
    assert page.locator("#explanations img").count() == 0


def test_signs_and_strength_are_told_without_colour(open_page: OpenPage) -> None:
    page = open_page().page
    page.evaluate(OPEN)
    legend = page.locator("#explanations .legend")
    lines = {
        name: legend.locator(f".{name}").first.evaluate(
            "e => [getComputedStyle(e).textDecorationStyle,"
            " parseFloat(getComputedStyle(e).textDecorationThickness)]"
        )
        for name in ("f1", "f2", "f3", "f4", "a4")
    }
    assert {style for style, _ in (lines[name] for name in ("f1", "f2", "f3", "f4"))} == {"solid"}
    assert lines["a4"][0] == "dashed"
    widths = [lines[name][1] for name in ("f1", "f2", "f3", "f4")]
    assert widths == sorted(widths)
    assert len(set(widths)) == 4


def test_every_coloured_text_is_told_in_words_below_it(open_page: OpenPage) -> None:
    page = open_page().page
    page.evaluate(OPEN)
    sides = page.locator("#explanations .example .side")
    assert sides.count() >= 10
    for side in sides.all()[:5]:
        marked = side.locator("mark").first.inner_text()
        said = side.locator(".said").inner_text()
        assert marked in said
        assert said.startswith(("For: ", "Against: "))


def test_the_contents_lead_to_it(open_page: OpenPage) -> None:
    page = open_page().page
    page.get_by_role("link", name="Explanations").click()
    assert page.locator("#explanations-title").is_visible()
    assert page.locator("#explanations").evaluate("e => e.querySelectorAll('*').length") < 1500
