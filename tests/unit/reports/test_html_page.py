import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.outline import Outline, visible
from fakes.synthetic_run import HOSTILE, MODELS, SUITES, synthetic_run, without_numbers

from harness.core.errors import ConfigError
from harness.core.ports import Renderer
from harness.core.run import Run, Status
from harness.reports.html import HtmlRenderer
from harness.reports.page_script import page_script, page_style

RUN = synthetic_run()
PAGE = HtmlRenderer().render(RUN)
HOSTILE_PAGE = HtmlRenderer().render(synthetic_run(is_hostile=True, n=100))


def test_it_is_a_renderer() -> None:
    assert isinstance(HtmlRenderer(), Renderer)
    assert HtmlRenderer.suffix == ".html"


@pytest.mark.parametrize("page", [PAGE, HOSTILE_PAGE], ids=["plain", "hostile"])
def test_every_element_is_closed_in_order(page: str) -> None:
    assert Outline(page).stack == []


def test_headings_are_in_order() -> None:
    headings = Outline(PAGE).text_of("h1") + Outline(PAGE).text_of("h2")
    assert headings == [
        "Review assistant 2.3", "Summary", *SUITES, "Samples", "Provenance", "Definitions",
    ]  # fmt: skip


def test_ids_are_unique_and_every_link_leads_to_one() -> None:
    tags = Outline(PAGE).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    links = [str(attrs["href"]) for tag, attrs in tags if tag == "a"]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    tags = Outline(PAGE).tags
    n_tables = sum(tag == "table" for tag, _ in tags)
    assert n_tables == sum(tag == "caption" for tag, _ in tags)
    assert all(attrs.get("scope") for tag, attrs in tags if tag == "th")


def test_policy_is_the_first_element_of_the_head_and_names_the_one_script() -> None:
    tags = Outline(PAGE).tags
    place = [tag for tag, _ in tags].index("head")
    tag, attrs = tags[place + 1]
    assert (tag, attrs["http-equiv"]) == ("meta", "Content-Security-Policy")
    policy = str(attrs["content"])
    scripts = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == 1
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_fetched() -> None:
    for tag, attrs in Outline(HOSTILE_PAGE).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video"}
        assert "src" not in attrs
        assert str(attrs.get("href", "#")).startswith("#")
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


def test_plotly_is_the_installed_one_and_packed() -> None:
    from plotly.offline import get_plotlyjs

    packed = re.search(r'id="plotly">([A-Za-z0-9+/=]+)</script>', PAGE)
    assert packed is not None
    assert gzip.decompress(base64.b64decode(packed.group(1))).decode() == get_plotlyjs()


def test_page_and_shell_keep_their_budgets() -> None:
    assert len(PAGE.encode()) < 3_000_000
    assert len(HOSTILE_PAGE.encode()) < 3_000_000
    assert len(page_script().encode()) + len(page_style().encode()) < 120_000


def test_without_charts_no_library_is_carried() -> None:
    page = HtmlRenderer(charts=False, max_samples=10).render(RUN)
    assert 'id="plotly"' not in page
    assert "<figure" not in page
    assert len(page.encode()) < 200_000


def test_the_same_run_gives_the_same_bytes() -> None:
    assert HtmlRenderer().render(synthetic_run()) == PAGE


def test_summary_names_value_interval_and_n() -> None:
    text = visible(PAGE)
    for part in ("0.812", "[0.77, 0.85]", "390", "↑ higher", "95 % interval"):
        assert part in text


def test_models_are_named_in_the_order_of_the_plan() -> None:
    models = dict(sorted(RUN.manifest.models.items()))
    assert list(models) != list(MODELS)
    page = HtmlRenderer(charts=False).render(
        replace(RUN, manifest=replace(RUN.manifest, models=models))
    )
    header = page[page.index("<header>") : page.index("</header>")]
    assert header.index(MODELS[0]) < header.index(MODELS[1])


def test_a_learning_curve_takes_the_place_of_charts_of_its_slices() -> None:
    model, suite = MODELS[1], SUITES[1]
    curve = next(f for f in RUN.figures[(MODELS[0], SUITES[0])] if f.title == "Learning curve")
    run = replace(RUN, figures={(model, suite): (curve,)}, records=())
    kinds = re.findall(r'"kind":"(\w+)"', HtmlRenderer().render(run))
    assert kinds == ["learning_curve"]


def test_header_tells_what_was_audited_and_how_it_ended() -> None:
    text = visible(PAGE)
    for part in (*MODELS, *SUITES, "5c1d5c1d5c1d", "2026-11-22 06:48 UTC", "4 min 19 s"):
        assert part in text
    assert "1,593 of 1,600 samples answered; 7 failed." in text
    assert "4 timeout, 3 rate_limited" in text


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.COMPLETE])
def test_a_run_that_is_not_complete_has_a_loud_banner(status: Status) -> None:
    page = HtmlRenderer(charts=False, max_samples=0).render(synthetic_run(status=status))
    assert 'class="alert grave"' in page
    assert f'class="badge {status.value}"' in page


def test_a_complete_run_has_no_grave_banner() -> None:
    assert 'class="alert grave"' not in PAGE


def test_every_chart_has_its_data_and_a_table_twin() -> None:
    tags = Outline(PAGE).tags
    n = sum(tag == "figure" for tag, _ in tags)
    data = re.findall(r'<script type="application/json">(.*?)</script>', PAGE, re.DOTALL)
    twins = [attrs for tag, attrs in tags if tag == "details" and attrs.get("class") == "twin"]
    plots = [attrs for tag, attrs in tags if attrs.get("class") == "plot"]
    assert n == len(data) == len(twins) == len(plots) == 11
    assert all("open" in attrs for attrs in twins)
    assert all(attrs["aria-label"] for attrs in plots)
    assert {json.loads(text)["kind"] for text in data} == {
        "confusion_matrix", "roc", "precision_recall", "reliability", "learning_curve",
        "histogram", "slices",
    }  # fmt: skip


def test_samples_say_how_many_of_how_many_are_shown() -> None:
    text = visible(PAGE)
    assert "showing 200 of 400; 7 of 7 failures; the rest drawn at random." in text
    assert PAGE.count('<tr id="sample-') == 800


def test_failures_are_the_first_samples() -> None:
    outcomes = re.findall(r'data-outcome="(\w+)"', PAGE)
    assert outcomes[:7] == ["failed"] * 7
    assert "failed" not in outcomes[7:]


def test_many_scores_of_one_sample_are_folded() -> None:
    first, second = list(RUN.records)[:2]
    many = replace(first, scores={f"metric.column_{i}": 0.5 for i in range(5)})
    page = HtmlRenderer(charts=False).render(replace(RUN, records=(many, second)))
    assert page.count("<summary>5 scores</summary>") == 1
    assert "2 scores" not in page
    assert "metric.column_4" in visible(page)


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_hostile_text_never_stands_raw_in_the_page(text: str) -> None:
    if any(character in text for character in "<\u2028\ud800\x00\u202e\U000e0041"):
        assert text not in HOSTILE_PAGE
    HOSTILE_PAGE.encode("utf-8")


def test_hostile_text_is_shown_as_text_and_templates_in_it_are_not_run() -> None:
    text = visible(HOSTILE_PAGE)
    for part in (
        "</script><img src=x onerror=alert(1)>",
        "line⟨U+2028⟩separator",
        "lone ⟨U+D800⟩ surrogate",
        "nul ␀ and escape ␛[31m",
        "right to left ⟨U+202E⟩ gnp.exe",
        "{{7*7}} {% raw %} ${7*7}",
    ):
        assert part in text


def test_a_text_of_a_million_characters_is_cut_and_says_so() -> None:
    assert "more characters in the run folder" in visible(HOSTILE_PAGE)
    assert "x" * 5000 not in HOSTILE_PAGE


def test_hostile_text_adds_no_element() -> None:
    def kinds(page: str) -> set[str]:
        return {tag for tag, _ in Outline(page).tags}

    assert kinds(HOSTILE_PAGE) <= kinds(PAGE)


@pytest.mark.parametrize("run", [without_numbers(RUN), replace(RUN, figures={}, records=())])
def test_a_run_with_little_in_it_still_makes_a_page(run: Run) -> None:
    assert Outline(HtmlRenderer().render(run)).stack == []


def test_a_run_that_measured_nothing_says_so() -> None:
    text = visible(HtmlRenderer().render(without_numbers(RUN)))
    assert "Nothing was measured." in text
    assert "this is never a pass" in text


def test_an_empty_manifest_makes_a_page() -> None:
    empty = replace(RUN.manifest, evaluations=(), models={}, spec={}, packages={}, git={})
    run = Run(manifest=replace(empty, hardware={}), estimates=(), figures={}, records=())
    assert Outline(HtmlRenderer().render(run)).stack == []


def test_embedded_page_is_one_sandboxed_frame_with_the_same_page_inside() -> None:
    frame = HtmlRenderer(charts=False, max_samples=5)
    outline = Outline(frame.embed(RUN))
    ((tag, attrs),) = outline.tags
    assert (tag, attrs["sandbox"]) == ("iframe", "allow-scripts")
    assert attrs["srcdoc"] == frame.render(RUN)


@pytest.mark.parametrize("options", [{"max_samples": -1}, {"max_characters": 0}])
def test_impossible_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=r"report\.max_"):
        HtmlRenderer(**options)  # type: ignore[arg-type]


def test_page_can_be_written_to_disk(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(HOSTILE_PAGE, encoding="utf-8")
    assert path.stat().st_size == len(HOSTILE_PAGE.encode())
