"""The documents of a site as text, without a browser."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from fakes.synthetic_judgement import compared_run, synthetic_history
from fakes.synthetic_run import HOSTILE, synthetic_run

from harness.core.errors import ConfigError
from harness.core.ports import SiteRenderer
from harness.core.run import Manifest, Run, Status
from harness.core.site import Card, Line, Overview, PublishedRun, SampleValues
from harness.core.verdict import Verdict
from harness.reports.site import assets
from harness.reports.site.addresses import file_stem, line_page, run_page
from harness.reports.site.html import HtmlSite
from harness.reports.site.line_view import line_summary, line_view

RUN = synthetic_run(n=12)
SITE = HtmlSite(max_samples=3)


def manifest(number: int = 0, **changes: object) -> Manifest:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    named = replace(RUN.manifest, run_id=f"run-{number:04}", started_at=at.isoformat(), line="main")
    return replace(named, **changes)  # type: ignore[arg-type] # each by its name


def card(number: int = 0, verdict: Verdict | None = None, **changes: object) -> Card:
    headlines = tuple(e for e in RUN.estimates if e.quantity.is_headline and e.slice is None)[:3]
    said = "Nothing got worse." if verdict else ""
    return Card(
        manifest=manifest(number, **changes), headlines=headlines, verdict=verdict, sentence=said
    )


def line(*cards: Card, has_series: bool = False) -> Line:
    series = tuple(synthetic_history(RUN)) if has_series else ()
    return Line(name=cards[0].manifest.line, cards=cards, series=series)


def test_it_is_a_site_renderer() -> None:
    assert isinstance(SITE, SiteRenderer)


@pytest.mark.parametrize("options", [{"max_samples": -1}, {"max_characters": 0}])
def test_impossible_sizes_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        HtmlSite(**options)


def test_the_version_follows_the_options_and_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SITE.version
    assert before == HtmlSite(max_samples=3).version
    assert before != HtmlSite(max_samples=4).version
    monkeypatch.setattr(assets, "code_hash", lambda: "another")
    assert SITE.version != before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "", ".hidden", "x" * 300, "ä ö", "CON:"]
)
def test_no_name_leaves_its_folder(name: str) -> None:
    stem = file_stem(name)
    assert re.fullmatch(r"[\w][\w.-]*", stem, re.ASCII)
    assert len(stem) <= 100


def test_names_that_look_alike_have_addresses_of_their_own() -> None:
    names = ("a b", "a-b", "a/b", "A B", "")
    assert len({run_page(name) for name in names}) == len(names)
    assert len({line_page(name) for name in names}) == len(names)


def test_a_run_has_a_page_and_a_shard() -> None:
    documents = SITE.run(PublishedRun(run=RUN))
    stem = RUN.manifest.run_id
    assert list(documents) == [f"runs/{stem}.html", f"data/{stem}.js"]
    page = documents[f"runs/{stem}.html"]
    assert 'href="../index.html"' in page
    assert "Compare with another run" in page
    assert "Report with more samples" not in page
    assert page.count('<tr id="sample') <= 3 * len(RUN.manifest.evaluations)


def test_a_page_leads_to_its_line_the_run_before_and_the_whole_report() -> None:
    run = replace(RUN, manifest=manifest(2))
    published = PublishedRun(run=run, previous=manifest(1), report="../runs/run-0002/report.html")
    page = SITE.run(published)["runs/run-0002.html"]
    assert 'href="../lines/main.html"' in page
    assert 'href="run-0001.html"' in page or 'href="../runs/run-0001.html"' in page
    assert 'href="../compare.html#a=run-0001&amp;b=run-0002"' in page
    assert 'href="../../runs/run-0002/report.html"' in page


def test_a_judged_run_opens_with_its_verdict_and_compares_with_its_baseline() -> None:
    run = compared_run(n=12)
    assert run.judgement is not None
    page = SITE.run(PublishedRun(run=run))[run_page(run.manifest.run_id)]
    assert "Compare with the baseline" in page
    assert f"a={run.judgement.comparison.baseline.run_id}&amp;" in page
    assert page.index("Regressed") < page.index('id="summary"')


def shard_of(run: Run, **more: object) -> dict[str, object]:
    published = PublishedRun(run=run, **more)  # type: ignore[arg-type] # each by its name
    text = next(text for path, text in SITE.run(published).items() if path.endswith(".js"))
    match = re.fullmatch(r"auditRun\((.*)\);\n", text)
    assert match
    found: dict[str, object] = json.loads(match[1])
    return found


def test_a_shard_is_one_call_with_json_that_nothing_can_end() -> None:
    hostile = synthetic_run(n=12, is_hostile=True)
    run = replace(hostile, manifest=replace(hostile.manifest, name="".join(HOSTILE[:-1])))
    text = SITE.run(PublishedRun(run=run))[f"data/{run.manifest.run_id}.js"]
    assert not set(text) & set("<>&\u2028\u2029\u202e\x00")
    assert text.isascii()
    assert shard_of(run)["id"] == run.manifest.run_id


def test_values_of_samples_are_short_and_absent_ones_null() -> None:
    evaluation = RUN.manifest.evaluations[0]
    values = SampleValues(
        model=evaluation.model,
        suite=evaluation.suite,
        order="abc",
        clusters=[0, 0, 1, 2],
        columns={"accuracy": [1.0, float("nan"), 1 / 3, 0.0]},
    )
    parts = shard_of(RUN, values=(values,))["parts"]
    assert isinstance(parts, list)
    assert parts[0]["columns"] == {"accuracy": [1, None, 0.333333333, 0]}
    assert parts[0]["clusters"] == [0, 0, 1, 2]
    assert parts[1]["columns"] == {}
    assert parts[1]["order"] == ""


def test_the_index_says_the_verdict_in_words_and_signs() -> None:
    for verdict in Verdict:
        page = SITE.whole(Overview(lines=(line(card(0), card(1, verdict)),)))["index.html"]
        assert re.search(
            rf'class="verdict {verdict}"><span class="symbol"[^>]*>.</span> {verdict}<', page
        )
        assert "Nothing got worse." in page


def test_a_line_whose_newest_run_was_not_judged_tells_of_the_newest_verdict() -> None:
    cards = (card(0, Verdict.IMPROVED), card(1, Verdict.EQUIVALENT), card(2))
    view = line_view(line(*cards))
    assert view.badge
    assert view.badge.word == "not compared"
    assert view.judged
    assert view.judged.run_id == "run-0001"
    page = SITE.whole(Overview(lines=(line(*cards),)))["index.html"]
    assert "The newest verdict is" in page


def test_a_run_that_did_not_end_well_says_how_it_ended() -> None:
    view = line_view(line(card(0, status=Status.INTERRUPTED)))
    assert view.badge
    assert view.badge.word == "interrupted"


def test_what_changed_last_is_shown_first() -> None:
    whole = line(card(0), has_series=True)
    newest = replace(whole.cards[0].manifest, run_id=whole.series[0].points[-1].run_id)
    named = replace(whole, cards=(replace(whole.cards[0], manifest=newest),))
    summary = line_summary(named, max_trends=2)
    assert summary.trends[0].trend.moves
    assert summary.n_more > 0


def test_the_page_of_a_line_has_a_drawing_with_words_and_a_table_for_each_series() -> None:
    whole = line(card(0), has_series=True)
    page = SITE.line(whole)["lines/main.html"]
    n = len([series for series in whole.series if series.points])
    assert n > 3
    assert page.count('<svg class="trend"') == n
    assert page.count('class="twin"') == n
    assert page.count("<desc ") == n
    assert "The newest run did not go on with these" in page  # its id is not that of the card


def test_series_of_another_draw_of_samples_stand_apart() -> None:
    own = line(card(0), has_series=True)
    drawn = tuple(replace(series, draw="8 samples, seed 3") for series in own.series)

    page = SITE.line(replace(own, series=(*own.series, *drawn)))[line_page("main")]

    headings = re.findall(r"<h2 id=\"group[^>]*>([^<]*)</h2>", page)
    assert len(set(headings)) == len(headings)
    n_drawn = sum(heading.endswith(", 8 samples, seed 3") for heading in headings)
    assert 2 * n_drawn == len(headings) > 0
    ids = re.findall(r" id=\"([^\"]+)\"", page)
    assert len(set(ids)) == len(ids)


def test_series_end_in_csv_in_full_precision() -> None:
    whole = line(card(0), has_series=True)
    rows = SITE.line(whole)["lines/main.csv"].splitlines()
    assert len(rows) == 1 + sum(len(series.points) for series in whole.series)
    assert repr(whole.series[0].points[0].value) in rows[1]


def test_five_hundred_runs_fit_into_a_first_page_of_a_megabyte() -> None:
    lines = tuple(
        line(*(card(50 * k + i, line=f"line {k}") for i in range(50)), has_series=True)
        for k in range(10)
    )
    documents = SITE.whole(Overview(lines=lines))
    assert documents["index.html"].count('<input type="checkbox"') == 500
    assert len(documents["index.html"].encode()) < 1_000_000
    assert len(documents["compare.html"].encode()) < 300_000


def test_more_runs_than_fit_are_told_of() -> None:
    cards = tuple(card(i) for i in range(1005))
    page = SITE.whole(Overview(lines=(line(*cards),)))["index.html"]
    assert page.count('<input type="checkbox"') == 1000
    assert "5 older ones are on the pages of their lines" in page


def test_hostile_names_stay_names() -> None:
    evil = "".join(HOSTILE)
    cards = (
        card(0, name=evil, line=evil, run_id="".join(HOSTILE[:-1])),
        card(1, name=evil, line=evil),
    )
    overview = Overview(lines=(line(*cards, has_series=True),), unreadable=(evil,))
    for page in (*SITE.whole(overview).values(), *SITE.line(overview.lines[0]).values()):
        assert "<img" not in page
        assert "<svg onload" not in page
        assert "\u202e" not in page
        assert len(page) < 1_000_000


def test_shared_files_are_named_after_their_content() -> None:
    shared = SITE.shared()
    assert len(shared) == 4
    for path, text in shared.items():
        stem, digest, suffix = path.removeprefix("assets/").split(".")
        assert stem in ("site", "report", "plotly")
        assert digest == sha256(text.encode()).hexdigest()[:12]
        assert suffix in ("css", "js")
