import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from fakes.synthetic_run import HOSTILE, synthetic_run, without_numbers

from harness.core.run import Run, Status
from harness.reports.csv import COLUMNS, CsvRenderer, cell_text
from harness.reports.json import JsonRenderer
from harness.reports.junit import JunitRenderer

RUN = synthetic_run()
HOSTILE_RUN = synthetic_run(is_hostile=True)


def with_evaluation(**changes: object) -> Run:
    first, *rest = RUN.manifest.evaluations
    changed = (replace(first, **changes), *rest)  # type: ignore[arg-type]
    return replace(RUN, manifest=replace(RUN.manifest, evaluations=changed))


def cases(run: Run) -> list[ET.Element]:
    return list(ET.fromstring(JunitRenderer().render(run)).iter("testcase"))


def test_json_holds_manifest_estimates_and_figures_whole() -> None:
    document = json.loads(JsonRenderer().render(RUN))
    assert sorted(document) == ["estimates", "figures", "manifest", "schema_version"]
    assert document["manifest"]["status"] == "complete"
    assert document["manifest"]["evaluations"][-1]["coverage"] == 393 / 400
    first = document["estimates"][0]
    assert (first["value"], first["interval"]["method"]) == (0.812, "bootstrap-percentile, 2000")
    assert first["quantity"]["direction"] == "higher"
    assert len(document["estimates"]) == len(RUN.estimates)
    assert sum(len(part["figures"]) for part in document["figures"]) == 10


def test_json_is_ascii_without_nan_and_the_same_each_time() -> None:
    broken = replace(RUN.estimates[0], value=float("nan"))
    text = JsonRenderer().render(replace(HOSTILE_RUN, estimates=(broken,)))
    assert text.isascii()
    assert json.loads(text)["estimates"][0]["value"] is None
    assert JsonRenderer().render(RUN) == JsonRenderer().render(synthetic_run())


def test_csv_has_one_row_for_each_estimate_in_full_precision() -> None:
    rows = list(csv.DictReader(io.StringIO(CsvRenderer().render(RUN))))
    assert len(rows) == len(RUN.estimates)
    assert list(rows[0]) == list(COLUMNS)
    assert [float(row["value"]) for row in rows if row["value"]] == [
        e.value for e in RUN.estimates if e.value is not None
    ]
    assert rows[-1]["value"] == rows[-1]["low"] == rows[-1]["stderr"] == ""
    assert rows[-1]["note"] == "needs at least two answers to one prompt"
    assert rows[0]["formatted"] == "0.812 [0.77, 0.85]"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", " =1", "\uff1d1"])
def test_no_text_cell_starts_a_formula(text: str) -> None:
    assert cell_text(text).startswith("'")


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_csv_rows_stay_whole_whatever_a_name_holds(text: str) -> None:
    named = replace(RUN.estimates[0], model=text, note=text)
    written = CsvRenderer().render(replace(RUN, estimates=(named,)))
    written.encode("utf-8")
    (row,) = csv.DictReader(io.StringIO(written))
    assert set(row) == set(COLUMNS)
    assert not row["model"].startswith(("=", "+", "-", "@"))


def test_junit_has_a_case_for_each_suite_and_model_with_its_numbers() -> None:
    found = cases(RUN)
    assert [(case.get("classname"), case.get("name")) for case in found] == [
        (e.model, e.suite) for e in RUN.manifest.evaluations
    ]
    properties = {p.get("name"): p.get("value") for p in found[0].iter("property")}
    assert properties["accuracy"] == "0.812 [0.77, 0.85]"
    assert not [case for case in found if case.find("failure") is not None]


def test_junit_fails_below_the_floor_and_errs_where_a_suite_broke() -> None:
    (below, *_), (broken, *_) = (
        cases(with_evaluation(n_answered=300, n_failed=100)),
        cases(with_evaluation(error="the model went away")),
    )
    failure, error = below.find("failure"), broken.find("error")
    assert failure is not None
    assert error is not None
    assert "300 of 400 samples answered" in str(failure.get("message"))
    assert error.get("message") == "the model went away"


@pytest.mark.parametrize("status", [Status.RUNNING, Status.INTERRUPTED])
def test_junit_never_passes_a_run_that_did_not_finish(status: Status) -> None:
    assert all(case.find("error") is not None for case in cases(synthetic_run(status=status)))


def test_junit_never_passes_a_run_that_measured_nothing() -> None:
    nothing = without_numbers(RUN)
    no_plan = replace(nothing, manifest=replace(nothing.manifest, evaluations=()))
    assert all(len(case.findall("failure") + case.findall("error")) == 1 for case in cases(nothing))
    (case,) = cases(no_plan)
    assert case.find("error") is not None


def test_junit_counts_agree_with_its_cases() -> None:
    root = ET.fromstring(JunitRenderer().render(with_evaluation(error="gone")))
    suite = root[0]
    for element in (root, suite):
        assert (element.get("tests"), element.get("errors"), element.get("failures")) == (
            "4",
            "1",
            "0",
        )


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_junit_is_well_formed_whatever_a_message_holds(text: str) -> None:
    written = JunitRenderer().render(with_evaluation(error=text, model=text))
    root = ET.fromstring(written.encode("utf-8"))
    assert root.find(".//error") is not None
