"""The site opened from disk in headless Chromium, as its readers open it."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fakes.opened_page import OpenPage, worst_contrast
from fakes.small_root import (
    FALL,
    NIGHTS,
    write_hostile_run,
    write_small_night,
    write_small_root,
)
from playwright.sync_api import Page, expect

from harness.publish import publish
from harness.reports.site.html import HtmlSite
from harness.stats.paired_difference import paired_difference
from harness.store.sample_scores import read_scores

pytestmark = pytest.mark.browser

PAGES = ("index.html", "compare.html", "lines/nightly.html", "lines/_no-line.html")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    write_small_root(root)
    write_small_night(root, 3, line="", data="other")
    write_hostile_run(root)
    return root


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    publish(root, site, HtmlSite(), lambda _: None)
    return site


def nights(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if re.search(r"-0000..$", path.name))


def run_pages(folder: Path) -> list[str]:
    return [f"runs/{path.name}" for path in sorted((folder / "runs").iterdir())]


def n_listed(page: Page) -> int:
    return int(page.locator("table.runs tbody tr:visible").count())


def compared(a: str, b: str) -> str:
    return f"compare.html#a={quote(a)}&b={quote(b)}"


def test_pages_open_without_a_complaint_or_a_request(open_page: OpenPage, folder: Path) -> None:
    hostile = [page for page in run_pages(folder) if "script" in page]
    assert len(hostile) == 1
    for path in (*PAGES, *run_pages(folder)[-3:], *hostile):
        opened = open_page(path)
        opened.draw_all()
        expect(opened.page.locator("html.scripted")).to_have_count(1)
        expect(opened.page.locator(".plot.broken")).to_have_count(0)
        assert opened.messages == [], path
        assert opened.dialogs == []
        assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
        assert opened.page.locator("img, iframe, object, embed, [onerror], [onload]").count() == 0


def test_a_page_of_a_run_draws_its_charts_with_the_shared_library(
    open_page: OpenPage, folder: Path
) -> None:
    judged = next(page for page in run_pages(folder) if page.endswith("4f2a.html"))
    opened = open_page(judged)
    opened.draw_all()
    assert opened.page.locator(".plot.drawn svg.main-svg").count() >= 5
    loaded = [Path(url).name for url in opened.requests if url.endswith(".js")]
    assert [name.split(".")[0] for name in loaded] == ["report", "plotly"]


def test_no_script_but_our_own_may_be_brought_in(open_page: OpenPage, folder: Path) -> None:
    """The strictest policy that works from disk: only the loader, known by its hash, loads."""
    page = (folder / "index.html").read_text("utf-8")
    (folder / "evil.js").write_text("document.title = 'taken over';", "utf-8")
    smuggled = '<script src="evil.js"></script><script>document.title = "taken over"</script>'
    (folder / "attacked.html").write_text(page.replace("<main", f"{smuggled}<main"), "utf-8")
    try:
        opened = open_page("attacked.html")
        expect(opened.page.locator("html.scripted")).to_have_count(1)
        assert opened.page.title() == "All audit runs"
        assert len([text for text in opened.messages if "Content Security Policy" in text]) >= 2
    finally:
        (folder / "evil.js").unlink()
        (folder / "attacked.html").unlink()


def test_a_script_from_elsewhere_is_refused_whoever_asks_for_it(open_page: OpenPage) -> None:
    opened = open_page("index")
    opened.page.evaluate(
        "() => { const s = document.createElement('script');"
        " s.src = 'http://127.0.0.1:9/x.js'; document.head.append(s); }"
    )
    opened.page.wait_for_timeout(100)
    assert any("Content Security Policy" in text for text in opened.messages)


def test_the_list_of_runs_is_searched_and_filtered(open_page: OpenPage) -> None:
    page = open_page("index").page
    form = page.locator("#filter")
    assert n_listed(page) == NIGHTS + 3
    form.get_by_label("Search").fill("night 000007")
    assert n_listed(page) == 1
    assert form.locator("output").inner_text() == "1 of 1 matching"
    form.get_by_label("Search").fill("")
    form.get_by_label("Verdict").select_option("regressed")
    assert n_listed(page) == 1
    form.get_by_label("Verdict").select_option("")
    form.get_by_label("Line").select_option("nightly")
    assert n_listed(page) == NIGHTS
    form.get_by_label("Search").fill("nothing says this")
    assert n_listed(page) == 0


def test_the_list_of_runs_is_sorted_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("index").page
    cells = page.locator("table.runs tbody td.started")
    newest_first = cells.all_inner_texts()
    page.locator("table.runs th.started button").focus()
    page.keyboard.press("Enter")
    assert cells.all_inner_texts() == sorted(newest_first)
    assert page.locator("table.runs th.started").get_attribute("aria-sort") == "ascending"


def test_two_runs_are_picked_by_keyboard_and_compared(open_page: OpenPage, root: Path) -> None:
    page = open_page("index").page
    older, newer = (folder.name for folder in nights(root)[-2:])
    for name in (newer, older):
        page.get_by_label(f"Compare {name}", exact=True).focus()
        page.keyboard.press("Space")
    assert page.locator("#picked output").inner_text() == "Two runs are chosen."
    page.locator("#picked a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare.html#*")
    expect(page.locator("#compared code")).to_have_text(f"harness compare {older} {newer}")


def test_a_third_pick_takes_the_place_of_the_first(open_page: OpenPage, root: Path) -> None:
    page = open_page("index").page
    names = [folder.name for folder in nights(root)[:3]]
    for name in names:
        page.get_by_label(f"Compare {name}", exact=True).check()
    assert page.locator("td.pick input:checked").count() == 2
    assert not page.get_by_label(f"Compare {names[0]}", exact=True).is_checked()


@pytest.mark.parametrize("suite", ["questions", "reviews"])
def test_the_paired_difference_is_that_of_the_statistics(
    open_page: OpenPage, root: Path, suite: str
) -> None:
    """The questions are clustered, the reviews stand alone."""
    first, last = nights(root)[FALL - 1], nights(root)[-1]
    a, b = (
        read_scores(folder)["small", suite].statistics["exact_match.exact_match"]
        for folder in (first, last)
    )
    clusters = np.arange(len(a)) // 3 if suite == "questions" else None
    expected = paired_difference(a, b, clusters)

    page = open_page(compared(first.name, last.name)).page
    section = page.locator("#compared section").filter(has_text=suite)
    row = section.locator("tr").filter(has_text="exact_match")
    found = {
        name: float(row.get_attribute(f"data-{name}") or "nan")
        for name in ("difference", "stderr", "low", "high")
    }

    assert expected.interval is not None
    assert found["difference"] == pytest.approx(expected.difference, abs=1e-9)
    assert found["stderr"] == pytest.approx(expected.stderr, abs=1e-9)
    assert found["low"] == pytest.approx(expected.interval.low, abs=1e-6)
    assert found["high"] == pytest.approx(expected.interval.high, abs=1e-6)
    assert f"{expected.n_higher}, {expected.n_lower}" in row.inner_text()
    if suite == "questions":
        assert "▼ B is worse" in row.inner_text()
    assert "not paired here" in section.locator("tr").filter(has_text="f1_macro").inner_text()


def difference_in_page(
    open_page: OpenPage,
    folder: Path,
    a: list[float],
    b: list[float],
    clusters: list[int] | None = None,
) -> dict[str, Any]:
    """Return what the page's own script makes of two sides."""
    scripts = "\n".join(path.read_text("utf-8") for path in (folder / "assets").glob("site.*.js"))
    functions = r"function pairedDifference.*?\n}\n|function quantileFrom.*?\n}\n"
    found: dict[str, Any] = open_page("compare.html").page.evaluate(
        f"""([a, b, clusters]) => {{
          const NO_SPREAD = 1e-9;
          {"".join(re.findall(functions, scripts, re.DOTALL))}
          const {{ table, z }} = JSON.parse(document.getElementById("site-quantiles").textContent);
          return pairedDifference(a, b, clusters, quantileFrom(table, z));
        }}""",
        [a, b, clusters],
    )
    return found


@pytest.mark.parametrize("n", [2, 150, 201, 202, 700, 20_000])
def test_quantiles_hold_for_few_and_many_samples(open_page: OpenPage, folder: Path, n: int) -> None:
    """The page carries Student's quantiles up to 200 degrees of freedom, and a formula beyond."""
    rng = np.random.default_rng(n)
    a, b = (np.round(rng.normal(size=n), 6) for _ in range(2))
    expected = paired_difference(a, b)
    found = difference_in_page(open_page, folder, a.tolist(), b.tolist())
    assert expected.interval is not None
    assert found["low"] == pytest.approx(expected.interval.low, abs=1e-6)
    assert found["high"] == pytest.approx(expected.interval.high, abs=1e-6)


@pytest.mark.parametrize("sizes", [[50, *[1] * 50], [30, 20, 10, *[5] * 12], [4] * 25])
def test_clusters_of_unequal_size_have_the_harness_own_error(
    open_page: OpenPage, folder: Path, sizes: list[int]
) -> None:
    """Degrees of freedom are rounded down: the interval is as wide or a little wider."""
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    a = np.round(rng.normal(size=clusters.size), 6)
    b = np.round(a + rng.normal(size=len(sizes))[clusters] + rng.normal(size=clusters.size), 6)
    expected = paired_difference(a, b, clusters)
    found = difference_in_page(open_page, folder, a.tolist(), b.tolist(), clusters.tolist())
    assert found["stderr"] == pytest.approx(expected.stderr, rel=1e-9)
    if found["low"] is None:
        assert sizes[0] == 50
        return
    assert expected.interval is not None
    assert found["low"] <= expected.interval.low + 1e-6
    assert found["high"] >= expected.interval.high - 1e-6


def test_runs_that_asked_other_samples_are_not_compared(open_page: OpenPage, root: Path) -> None:
    stranger = next(path.name for path in root.iterdir() if path.name.endswith("-other"))
    page = open_page(compared(nights(root)[3].name, stranger)).page
    questions = page.locator("#compared section").filter(has_text="questions, small")
    expect(questions.locator(".alert")).to_contain_text("Not comparable: B asked with another data")
    assert "not comparable" in questions.locator("tr").nth(1).inner_text()
    assert questions.locator("tr[data-difference]").count() == 0
    reviews = page.locator("#compared section").filter(has_text="reviews, small")
    assert "the same on every sample" in reviews.locator("tr[data-difference]").inner_text()


def test_runs_are_chosen_and_swapped_on_the_page(open_page: OpenPage, root: Path) -> None:
    page = open_page("compare.html").page
    a, b = nights(root)[0].name, nights(root)[-1].name
    page.get_by_label("A, the baseline").select_option(a)
    page.get_by_label("B, the candidate").select_option(b)
    expect(page.locator("#compared code")).to_have_text(f"harness compare {a} {b}")
    page.get_by_role("button", name="Swap").click()
    expect(page.locator("#compared code")).to_have_text(f"harness compare {b} {a}")
    assert f"a={b}" in page.url


def test_a_run_that_is_not_there_is_told(open_page: OpenPage, root: Path) -> None:
    page = open_page(compared("no such run", nights(root)[0].name)).page
    expect(page.locator("#compared .alert")).to_have_text("This site has no run no such run.")


def test_the_page_of_a_line_dates_its_change(open_page: OpenPage, root: Path) -> None:
    page = open_page("lines/nightly.html").page
    night = nights(root)[FALL].name
    row = page.locator("table.changes tbody tr").filter(has_text="exact_match").first
    assert "▼ worse: " in row.inner_text()
    assert row.locator("th a").get_attribute("href") == f"../runs/{night}.html"
    figure = page.locator("figure.followed").filter(has_text="exact_match").first
    assert figure.locator("svg path.shift.worse").count() == 1
    described = str(figure.locator("svg").get_attribute("aria-labelledby")).split()
    words = " ".join(page.locator(f"#{name}").text_content() or "" for name in described)
    assert "for the worse on 2026-11-13" in words
    figure.locator("summary").focus()
    page.keyboard.press("Enter")
    assert figure.locator("table tbody tr").count() == NIGHTS
    row.locator("td a").click()
    assert page.url.endswith(str(figure.get_attribute("id")))


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width=width).page
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_text_can_be_read_in_both_schemes(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, color_scheme=scheme).page
    page.wait_for_timeout(100)
    worst = worst_contrast(page)
    assert worst["ratio"] >= 4.5, worst


@pytest.mark.parametrize("path", PAGES)
def test_a_reader_without_eyes_finds_their_way(open_page: OpenPage, path: str) -> None:
    """Headings without a gap, names on everything that can be operated, regions with names."""
    page = open_page(path).page
    page.wait_for_timeout(100)
    levels = [int(name[1]) for name in page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => h.tagName)")]  # fmt: skip
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.locator("main, [lang=en]").count() == 2
    nameless = page.evaluate(
        "[...document.querySelectorAll('a, button, input, select, summary')].filter((e) =>"
        " !(e.textContent.trim() || e.labels?.[0]?.textContent.trim())).length"
    )
    assert nameless == 0
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("[tabindex='0']:not([aria-label])").count() == 0


def test_without_scripts_lists_and_trends_are_there(open_page: OpenPage) -> None:
    page = open_page("index", java_script_enabled=False).page
    assert n_listed(page) == NIGHTS + 3
    assert not page.locator("#filter").is_visible()
    page = open_page("lines/nightly.html", java_script_enabled=False).page
    assert page.locator("figure.followed svg").first.is_visible()
    page = open_page("compare.html", java_script_enabled=False).page
    assert page.get_by_text("Scripts are off").is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_pages_print(open_page: OpenPage, path: str, tmp_path: Path) -> None:
    page = open_page(path).page
    page.wait_for_timeout(100)
    document = page.pdf(format="A4", path=tmp_path / "page.pdf")
    assert document.startswith(b"%PDF")
    n_pages = len(re.findall(rb"/Type\s*/Page\b", document))
    assert 1 <= n_pages <= 12
    page.emulate_media(media="print")
    assert not page.locator("nav.place, #filter, #picked, #choose").locator("visible=true").count()
