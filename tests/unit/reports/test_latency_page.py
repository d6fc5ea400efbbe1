import re
from dataclasses import replace

import pytest
from fakes.outline import Outline, visible
from fakes.synthetic_latency import LOADS, MODELS, UNSTABLE, compared_latency_run, latency_run
from fakes.synthetic_run import HOSTILE, synthetic_run

from harness.core.capability import Capability
from harness.core.load import Load, Tier
from harness.core.machine import hardware_key
from harness.core.profile import LoadProfile, Profile
from harness.core.request import LoadTest
from harness.core.response import Response
from harness.core.run import Record, Run
from harness.core.sample import Sample
from harness.core.trace import Trace
from harness.reports.html import HtmlRenderer
from harness.reports.sample_rows import sample_row
from harness.reports.standing import Severity, alerts
from harness.reports.suite_view import suite_views

RUN = latency_run()
PAGE = HtmlRenderer().render(RUN)
HOSTILE_PAGE = HtmlRenderer().render(latency_run(is_hostile=True))
COMPARED = HtmlRenderer().render(compared_latency_run(is_hostile=True))


def with_breaches(run: Run) -> Run:
    first, second = run.manifest.evaluations
    broken = replace(first, breaches=dict.fromkeys(LOADS[:2], ("round 1: requests left late",)))
    return replace(run, manifest=replace(run.manifest, evaluations=(broken, second)))


@pytest.mark.parametrize("page", [PAGE, HOSTILE_PAGE, COMPARED], ids=["plain", "hostile", "both"])
def test_every_element_is_closed_and_every_id_is_unique(page: str) -> None:
    outline = Outline(page)
    assert outline.stack == []
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_report_of_latency_needs_no_chart_library_and_stays_small() -> None:
    assert 'id="plotly"' not in PAGE
    assert len(PAGE.encode()) < 300_000
    assert len(HOSTILE_PAGE.encode()) < 300_000
    assert len(Outline(PAGE).tags) < 3_000 + PAGE.count("<td") + PAGE.count("<th")


def test_other_charts_still_bring_the_library() -> None:
    other = synthetic_run(n=20)
    both = replace(RUN, figures={**RUN.figures, **other.figures}, estimates=(
        *RUN.estimates, *other.estimates))  # fmt: skip
    assert 'id="plotly"' in HtmlRenderer().render(both)


def test_every_panel_has_a_text_alternative_and_a_table_twin() -> None:
    tags = Outline(PAGE).tags
    panels = [a for tag, a in tags if tag == "svg" and a.get("role") == "img"
              and a.get("class") == "panel"]  # fmt: skip
    twins = [a for tag, a in tags if tag == "details" and a.get("class") == "twin"]
    assert len(panels) == len(twins) == 5 * len(MODELS)
    assert all(str(panel["aria-label"]).endswith(".") for panel in panels)
    assert "<title>c=1,in=128,out=64: p50" in PAGE


def test_hostile_text_stays_text() -> None:
    tags = {tag for tag, _ in Outline(HOSTILE_PAGE).tags}
    assert not {"img", "iframe", "object"} & tags
    assert HOSTILE[0] not in HOSTILE_PAGE
    assert HOSTILE_PAGE.count("&lt;/script&gt;&lt;img src=x") > 10


def test_the_header_names_the_machine_by_its_key() -> None:
    header = visible(PAGE[PAGE.index("<header>") : PAGE.index("</header>")])
    assert f"2 cores, key {hardware_key(RUN.manifest)[:8]}" in header
    assert "Machine" not in visible(HtmlRenderer(charts=False).render(synthetic_run(n=20)))


def test_an_unsteady_machine_is_told_once_at_the_top_and_at_its_suite() -> None:
    [alert] = [a for a in alerts(RUN) if a.severity is Severity.CAUTION]
    assert alert.title == "The machine was not steady"
    assert alert.sentence == f"latency on {MODELS[0]}, 1 load: {LOADS[-1]}, {UNSTABLE}."
    assert '<span class="badge unstable">UNSTABLE</span>' in PAGE
    assert len(re.findall(r'<strong class="badge unstable"[^>]*>unstable at 1 load<', PAGE)) == 1
    assert f"{LOADS[-1]}, {UNSTABLE}" in visible(PAGE)


def test_a_steady_machine_has_no_badge_but_where_the_clock_stood() -> None:
    page = HtmlRenderer().render(latency_run(is_unstable=False))
    assert 'class="badge unstable"' not in page
    assert page.count(">in-process</strong>") == len(MODELS)
    assert alerts(latency_run(is_unstable=False)) == ()


def test_other_warnings_are_still_told() -> None:
    told = (*RUN.manifest.warnings, f"latency on {MODELS[0]}: something else")
    run = replace(RUN, manifest=replace(RUN.manifest, warnings=told))
    assert [a.sentence for a in alerts(run) if a.title == "Warning"] == [told[-1]]


def test_times_that_are_not_valid_are_grave() -> None:
    run = with_breaches(RUN)
    [alert] = [a for a in alerts(run) if a.severity is Severity.GRAVE]
    assert alert.title == "Times that are not valid"
    assert alert.sentence.endswith("2 loads: c=1,in=128,out=64, round 1: requests left late "
                                   "(1 more below).")  # fmt: skip
    assert "not valid at 2 loads" in visible(HtmlRenderer().render(run))


@pytest.mark.parametrize(
    ("tier", "words"),
    [(Tier.LOOPBACK, "loopback"), (Tier.REMOTE, "remote: network included")],
)
def test_a_tier_is_named(tier: Tier, words: str) -> None:
    done = tuple(replace(e, tier=tier.value) for e in RUN.manifest.evaluations)
    page = HtmlRenderer().render(replace(RUN, manifest=replace(RUN.manifest, evaluations=done)))
    assert page.count(f">{words}</strong>") == len(MODELS)


def test_a_round_is_a_short_row_and_not_all_of_its_numbers() -> None:
    load = Load(n_requests=1, n_input_tokens=8, n_output_tokens=8, concurrency=1)
    point = LoadProfile(load=load, traces=(Trace(sent_ns=0, ended_ns=9),), n_warm_up=3)
    record = Record(
        model="m",
        suite="latency",
        sample=Sample(id="1", index=0, text=""),
        payload=LoadTest(points=(load,), capability=Capability.GENERATES),
        answer=Response(output=Profile(tier=Tier.LOOPBACK, points=(point,))),
        scores={f"latency:tpot_p50@c={i}.value": 0.01 for i in range(300)},
        unscored={f"latency:ttft_p99@c={i}": "n too small" for i in range(300)},
    )
    row = sample_row(record, max_characters=100)
    assert (row.answer.text, row.scores, row.remarks) == ("1 timed requests, loopback", (), ())


def test_charts_of_one_steady_load_start_closed() -> None:
    def charts(unstable: tuple[str, ...]) -> list[bool]:
        figures = {
            key: tuple(
                replace(f, data={**f.data, "unstable": unstable}) if "unstable" in f.data else f
                for f in own
            )
            for key, own in RUN.figures.items()
        }
        steady = latency_run(is_unstable=False)
        model = suite_views(replace(steady, figures=figures), has_charts=True)[0].models[0]
        return [chart.is_folded for chart in model.charts]

    assert charts(()) == [False, True, False, False, True]
    assert charts(("the clock fell",)) == [False, True, False, False, False]
    assert "Steady loads, one by one: 1 chart</summary>" in PAGE


def test_why_there_is_no_energy_is_told_once_among_what_was_not_measured() -> None:
    absent, read = (
        {
            key: tuple(
                replace(f, data={**f.data, "energy": source}) if "unstable" in f.data else f
                for f in own
            )
            for key, own in RUN.figures.items()
        }
        for source in ("absent: there is no counter", "rapl")
    )
    page = HtmlRenderer().render(replace(RUN, figures=absent))
    assert page.count("there is no counter") == len(MODELS)
    assert "<li>energy: there is no counter.</li>" in page
    page = HtmlRenderer().render(replace(RUN, figures=read))
    assert "Energy from rapl." in page
    assert "<li>energy:" not in page
