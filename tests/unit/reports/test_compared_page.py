"""The page of a compared run, read without a browser."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from fakes.outline import Outline, visible
from fakes.synthetic_judgement import compared_run, with_verdict
from fakes.synthetic_run import HOSTILE, SUITES, synthetic_run, without_numbers

from harness.core.run import Run
from harness.core.verdict import Verdict
from harness.reports.html import HtmlRenderer
from harness.reports.page_script import page_script, page_style

SMALL = HtmlRenderer(charts=False)
RUN = compared_run(n=100)
PAGE = SMALL.render(RUN)
HOSTILE_RUN = compared_run(n=100, is_hostile=True, is_forced=True)
HOSTILE_PAGE = SMALL.render(HOSTILE_RUN)
PAGES = pytest.mark.parametrize("page", [PAGE, HOSTILE_PAGE], ids=["plain", "hostile"])
_OWN = ["Summary", *SUITES, "Samples", "Provenance", "Definitions"]


@PAGES
def test_every_element_is_closed_in_order(page: str) -> None:
    assert Outline(page).stack == []


def test_the_verdict_stands_first_and_the_runs_own_sections_last() -> None:
    assert Outline(PAGE).text_of("h1") == ["Review assistant 2.3"]
    assert Outline(PAGE).text_of("h2") == [
        "Regressed", "What changed", "Metrics", "Slices", "Flips", "History", *_OWN,
    ]  # fmt: skip
    assert PAGE.index('class="banner regressed"') < PAGE.index('id="changes"')


def test_the_title_says_the_verdict() -> None:
    assert Outline(PAGE).text_of("title")[0] == "Regressed: Review assistant 2.3: audit report"


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_a_word_with_a_symbol_that_readers_of_words_skip(verdict: Verdict) -> None:
    page = SMALL.render(with_verdict(RUN, verdict))
    banner = page[page.index('class="banner') : page.index('class="sentence"')]
    assert verdict.value.capitalize() in banner
    assert 'aria-hidden="true"' in banner


def test_the_reason_of_an_invalid_verdict_stands_right_under_the_word() -> None:
    run = with_verdict(RUN, Verdict.INVALID)
    assert run.judgement is not None
    told = Outline(SMALL.render(run)).text_of("p")
    reason = run.judgement.invalid[0]
    assert told.index(f"{reason[0].upper()}{reason[1:]}.") < told.index(run.judgement.sentence)


@PAGES
def test_ids_are_unique_and_every_link_leads_to_one(page: str) -> None:
    tags = Outline(page).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    links = [str(attrs["href"]) for tag, attrs in tags if tag == "a"]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)
    labels = [str(attrs.get("aria-labelledby", "")).split() for _, attrs in tags]
    assert {name for names in labels for name in names} <= set(ids)


@PAGES
def test_tables_have_captions_scopes_and_drawings_have_words(page: str) -> None:
    tags = Outline(page).tags
    n_tables = sum(tag == "table" for tag, _ in tags)
    assert n_tables == sum(tag == "caption" for tag, _ in tags)
    assert all(attrs.get("scope") for tag, attrs in tags if tag == "th")
    drawings = [attrs for tag, attrs in tags if tag == "svg"]
    assert len(drawings) > 30
    assert all(attrs["role"] == "img" for attrs in drawings)
    assert all(attrs.get("aria-label") or attrs.get("aria-labelledby") for attrs in drawings)


@PAGES
def test_one_script_known_by_its_hash_and_no_other(page: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == 1
    assert f"sha256-{digest}" in page[: page.index("<title>")]
    assert scripts[0] == page_script(is_compared=True)


@PAGES
def test_nothing_is_fetched_and_nothing_acts(page: str) -> None:
    for tag, attrs in Outline(page).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video"}
        assert "src" not in attrs
        assert str(attrs.get("href", "#")).startswith("#")
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_hostile_text_never_stands_raw_in_the_page(text: str) -> None:
    if any(character in text for character in "<\u2028\ud800\x00\u202e\U000e0041"):
        assert text not in HOSTILE_PAGE
    HOSTILE_PAGE.encode("utf-8")


def test_hostile_text_adds_no_element() -> None:
    def kinds(page: str) -> set[str]:
        return {tag for tag, _ in Outline(page).tags}

    assert kinds(HOSTILE_PAGE) <= kinds(PAGE)
    flips = HOSTILE_PAGE[HOSTILE_PAGE.index('id="flips"') : HOSTILE_PAGE.index('id="history"')]
    assert "&lt;svg onload=alert(3)&gt;" in flips
    assert "x" * 5000 not in flips


def test_force_and_reasons_are_told_before_any_number() -> None:
    head = HOSTILE_PAGE[: HOSTILE_PAGE.index('id="changes"')]
    assert "Compared by force." in head
    assert "93.0% of the candidate&#39;s samples were scored" in head
    assert "Worse than its history." in head


def test_both_runs_are_named_with_their_models_and_dates() -> None:
    head = visible(PAGE[: PAGE.index('id="changes"')])
    for text in (
        "Baseline: release 2.2", "Review assistant 2.2", "20261115T064803Z-91c0", "41aa41aa41aa",
        "2026-11-15 06:48 UTC", "Candidate", "20261122T064812Z-4f2a", "5c1d5c1d5c1d",
    ):  # fmt: skip
        assert text in head


def test_flips_beyond_the_first_wait_outside_the_document() -> None:
    outline = Outline(SMALL.render(compared_run(n=400)))
    assert outline.n_waiting > 1000
    shown = [attrs for tag, attrs in outline.tags if tag == "article" and "data-move" in attrs]
    assert len(shown) > 100


def test_page_and_document_keep_their_budgets() -> None:
    """Sixty gates on six pairs, with as many flips as are ever shown, of long answers."""
    judgement = RUN.judgement
    assert judgement is not None
    flips, findings = judgement.comparison.flips, judgement.findings
    many = replace(
        judgement,
        findings=tuple(
            replace(each, difference=replace(each.difference, suite=f"suite {i}"))
            for i in range(8)
            for each in findings
        ),
        comparison=replace(
            judgement.comparison,
            flips=tuple(replace(flips[i % len(flips)], suite=f"suite {i % 6}") for i in range(900)),
        ),
    )
    page = HtmlRenderer().render(replace(HOSTILE_RUN, judgement=many, history=RUN.history * 6))
    assert len(page.encode()) < 5_000_000
    start, end = page.index("<body>"), page.index('<section id="summary"')
    outline = Outline(page[start:end])
    assert len(outline.tags) - outline.n_waiting < 12_000
    style, script = page_style(is_compared=True), page_script(is_compared=True)
    assert len(style.encode()) + len(script.encode()) < 120_000


def test_what_a_comparison_adds_to_a_usual_document_is_small() -> None:
    start, end = PAGE.index("<body>"), PAGE.index('<section id="summary"')
    outline = Outline(PAGE[start:end])
    assert len(outline.tags) - outline.n_waiting < 3000


def test_the_same_judgement_gives_the_same_bytes() -> None:
    assert SMALL.render(compared_run(n=100)) == PAGE


def test_a_plain_run_carries_nothing_of_a_comparison() -> None:
    page = SMALL.render(synthetic_run(n=20))
    for text in ("banner", "flip", "compared", "--worse"):
        assert text not in page


def test_a_history_without_a_judgement_is_shown_too() -> None:
    page = SMALL.render(replace(RUN, judgement=None))
    assert Outline(page).text_of("h2") == ["History", *_OWN]
    assert "svg.trend" in page


@pytest.mark.parametrize(
    "run",
    [
        replace(without_numbers(RUN), judgement=RUN.judgement, history=RUN.history),
        replace(RUN, history=()),
    ],
    ids=["no numbers", "no history"],
)
def test_a_run_with_little_in_it_still_makes_a_page(run: Run) -> None:
    assert Outline(SMALL.render(run)).stack == []


def test_a_comparison_of_nothing_says_so() -> None:
    assert RUN.judgement is not None
    comparison = replace(
        RUN.judgement.comparison, pairs=(), differences=(), flips=(), baseline=RUN.manifest
    )
    nothing = replace(
        RUN.judgement, verdict=Verdict.INVALID, findings=(), comparison=comparison, alarms=()
    )
    text = visible(SMALL.render(replace(RUN, judgement=nothing)))
    assert "no gate" in text
    assert "No quantity was compared." in text
    assert "No sample has another score than before" in text
    assert "Nothing: models, spec, packages, machine and source code are the same." in text
