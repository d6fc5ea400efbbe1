"""A number of a load that may not be judged by is marked in every document, where it stands."""

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace

from fakes.synthetic_latency import LOADS, MODELS, UNSTABLE, latency_run

from harness.core.figure import FigureKind
from harness.core.run import Run
from harness.reports.charts import Chart
from harness.reports.csv import CsvRenderer
from harness.reports.estimate_tables import summary_table
from harness.reports.junit import JunitRenderer
from harness.reports.load_marks import NOT_VALID, mark_of
from harness.reports.load_marks import UNSTABLE as WAVERING
from harness.reports.suite_view import suite_views

LATE = "round 1: requests left late"
VOID, SHAKEN = LOADS[1], LOADS[-1]


def void_run() -> Run:
    run = latency_run()
    first, second = run.manifest.evaluations
    # A load that is both is told as the worse of the two.
    first = replace(first, breaches={VOID: (LATE,)}, unstable={**first.unstable, VOID: (UNSTABLE,)})
    return replace(run, manifest=replace(run.manifest, evaluations=(first, second)))


RUN = void_run()
MARKS = ["", NOT_VALID, "", "", "", WAVERING]


def throughput() -> Chart:
    model = suite_views(RUN, has_charts=True)[0].models[0]
    return next(c for c in model.charts if c.kind == FigureKind.THROUGHPUT_LATENCY)


def test_rows_by_load_are_marked_and_tell_why_on_hover() -> None:
    loads = suite_views(RUN, has_charts=True)[0].models[0].loads
    assert loads is not None
    assert loads.headline is not None
    for table in (loads.headline, *loads.others):
        first = {row[0].note.partition(", ✕")[0].partition(", ~")[0]: row[0] for row in table.rows}
        assert [first[load].remark for load in LOADS] == MARKS
        assert LATE in first[VOID].note


def test_the_summary_marks_the_loads_that_it_shows() -> None:
    remarks = [row[0].remark for row in summary_table(RUN).rows]
    assert f"{SHAKEN}, {WAVERING}" in remarks
    assert LOADS[0] in remarks


def test_a_point_is_struck_out_in_drawing_words_and_table() -> None:
    made = throughput()
    assert made.panel is not None
    signs = [s for s in made.panel.strokes if s.name == "doubt"]
    assert [NOT_VALID in s.words for s in signs] == [True, False]
    assert {s.words for s in made.panel.key if s.name == "doubt"} == {NOT_VALID, WAVERING}
    assert f"{NOT_VALID}: {VOID}; {WAVERING}: {SHAKEN}" in made.words
    marks = {row[1].text: row[1].remark for row in made.table.rows}
    assert [marks[load].replace("knee", "").strip(", ") for load in LOADS] == MARKS


def test_a_point_without_a_doubt_has_no_sign() -> None:
    steady = latency_run(is_unstable=False)
    model = suite_views(steady, has_charts=True)[0].models[0]
    panels = [c.panel for c in model.charts if c.panel is not None]
    assert not any(s.name == "doubt" for panel in panels for s in (*panel.strokes, *panel.key))


def test_a_row_of_csv_notes_it() -> None:
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(RUN))))
    mine = [r for r in rows if r["model"] == MODELS[0]]
    assert all(
        f"{NOT_VALID}: {LATE}" in r["note"] for r in mine if r["quantity"].endswith("@" + VOID)
    )
    assert not any("not valid" in r["note"] for r in rows if "@" + VOID not in r["quantity"])
    assert {r["note"] for r in mine if r["quantity"] == f"tpot_p50@{SHAKEN}"} == {
        f"{WAVERING}: {UNSTABLE}"
    }


def test_junit_marks_its_properties_and_tells_the_reason() -> None:
    root = ET.fromstring(JunitRenderer().render(RUN))
    case = next(c for c in root.iter("testcase") if c.get("classname") == MODELS[0])
    values = {p.get("name"): p.get("value", "") for p in case.iter("property")}
    assert values[f"tpot_p50@{VOID}"].endswith(f"({NOT_VALID})")
    assert not values[f"tpot_p50@{LOADS[0]}"].endswith(")")
    told = case.findtext("system-out", "")
    assert f"{VOID}, {NOT_VALID}: {LATE}" in told
    assert f"{SHAKEN}, {WAVERING}" in told


def test_a_knee_is_in_doubt_where_a_rate_of_its_sweep_is() -> None:
    first = RUN.estimates[0]
    knee = replace(first, quantity=replace(first.quantity, id="knee@in=128,out=64"))
    evaluations = tuple(
        replace(done, breaches={"poisson=10,in=128,out=64": ("round 2: late",), LOADS[1]: ("x",)})
        for done in RUN.manifest.evaluations
    )
    mark = mark_of(knee, replace(RUN.manifest, evaluations=evaluations))
    assert mark is not None
    assert mark.sentence == "~ a rate was not valid: poisson=10, round 2: late"
    assert mark_of(knee, replace(RUN.manifest, evaluations=())) is None
