"""A compared run in the formats that programs read."""

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from fakes.synthetic_judgement import compared_run, with_verdict
from fakes.synthetic_run import HOSTILE, MODELS, SUITES, synthetic_run

from harness.core.judgement import Judgement
from harness.core.policy import Policy
from harness.core.run import Run
from harness.core.verdict import Verdict
from harness.reports.csv import CsvRenderer
from harness.reports.json import JsonRenderer
from harness.reports.junit import JunitRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.reports.markdown_text import plain_text

RUN = compared_run(n=60)
HOSTILE_RUN = compared_run(n=60, is_hostile=True, is_forced=True)


def with_judgement(run: Run, **changes: object) -> Run:
    assert run.judgement is not None
    judgement: Judgement = replace(run.judgement, **changes)  # type: ignore[arg-type] # any field
    return replace(run, judgement=judgement)


def cases(run: Run) -> dict[tuple[str, str], ET.Element]:
    root = ET.fromstring(JunitRenderer().render(run))
    return {(c.get("classname", ""), c.get("name", "")): c for c in root.iter("testcase")}


def outcome(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag != "properties"), "passed")


class TestJunit:
    def test_each_gate_is_a_case_beside_the_runs_own(self) -> None:
        found = cases(RUN)
        own = cases(synthetic_run(n=60))
        assert own.keys() <= found.keys()
        gates = {key[1]: outcome(case) for key, case in found.items() if key[0].startswith("gate.")}
        assert gates["bleu"] == "error"
        assert outcome(found[f"gate.{SUITES[0]}.{MODELS[0]}", "accuracy"]) == "failure"
        assert outcome(found[f"gate.{SUITES[0]}.{MODELS[0]}", "ece"]) == "passed"
        assert outcome(found[f"gate.{SUITES[0]}.{MODELS[1]}", "accuracy"]) == "passed"
        assert outcome(found[f"gate.{SUITES[1]}.{MODELS[1]}", "accuracy"]) == "skipped"

    def test_counts_are_those_of_the_cases(self) -> None:
        root = ET.fromstring(JunitRenderer().render(RUN))
        suite = root.find("testsuite")
        assert suite is not None
        tags = [outcome(case) for case in root.iter("testcase")]
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(tags.count(tag))
        assert suite.get("tests") == str(len(tags))

    def test_a_failure_says_what_and_why(self) -> None:
        failure = cases(RUN)[f"gate.{SUITES[0]}.{MODELS[0]}", "f1_macro"].find("failure")
        assert failure is not None
        assert failure.get("type") == "regressed"
        assert "a proven loss" in str(failure.get("message"))

    def test_undecided_fails_where_the_policy_demands_a_decision(self) -> None:
        strict = with_judgement(RUN, policy=Policy(inconclusive="fail"))
        case = cases(strict)[f"gate.{SUITES[1]}.{MODELS[1]}", "accuracy"]
        failure = case.find("failure")
        assert failure is not None
        assert failure.get("type") == "inconclusive"

    def test_numbers_are_properties(self) -> None:
        case = cases(RUN)[f"gate.{SUITES[0]}.{MODELS[0]}", "accuracy"]
        told = {p.get("name"): p.get("value") for p in case.iter("property")}
        assert told["baseline"] == "0.8424"
        assert told["flips"] == "▲ 0 ▼ 4"
        assert told["margin"] == "0.01"

    def test_what_may_not_be_judged_is_an_error_and_so_is_nothing_to_judge(self) -> None:
        assert outcome(cases(RUN)["gate", "validity"]) == "error"
        valid = with_judgement(RUN, invalid=())
        assert outcome(cases(valid)["gate", "validity"]) == "passed"
        empty = with_judgement(RUN, invalid=(), findings=())
        assert outcome(cases(empty)["gate", "validity"]) == "error"

    def test_alarms_fail_only_where_the_policy_says_so_and_two_nights_agree(self) -> None:
        keys = [(f"history.{SUITES[0]}.{MODELS[0]}", name) for name in ("accuracy", "ece")]
        assert [outcome(cases(RUN)[key]) for key in keys] == ["skipped", "skipped"]
        strict = with_judgement(RUN, policy=Policy(history="fail"))
        assert [outcome(cases(strict)[key]) for key in keys] == ["failure", "skipped"]

    def test_a_gate_on_a_slice_names_it(self) -> None:
        assert RUN.judgement is not None
        gate = next(RUN.judgement.gates).gate
        findings = tuple(
            replace(each, gate=gate) if each.difference.slice else each
            for each in RUN.judgement.findings
        )
        found = cases(with_judgement(RUN, findings=findings))
        assert (f"gate.{SUITES[1]}.{MODELS[1]}", "accuracy [subject=law]") in found

    def test_hostile_names_keep_it_well_formed(self) -> None:
        assert len(cases(HOSTILE_RUN)) == len(cases(RUN))


class TestMarkdown:
    def test_the_first_line_is_the_verdict(self) -> None:
        lines = MarkdownRenderer().render(RUN).splitlines()
        assert lines[0] == "## ▼ Regressed: Review assistant 2.3"
        assert lines[2].startswith("**Something got worse")

    @pytest.mark.parametrize("verdict", Verdict)
    def test_each_verdict_is_told(self, verdict: Verdict) -> None:
        first = MarkdownRenderer().render(with_verdict(RUN, verdict)).splitlines()[0]
        assert verdict.value.capitalize() in first

    def test_an_invalid_verdict_has_its_first_reason_right_below(self) -> None:
        run = with_verdict(RUN, Verdict.INVALID)
        assert run.judgement is not None
        first = plain_text(run.judgement.invalid[0])
        assert MarkdownRenderer().render(run).splitlines()[2].startswith(f"**{first}")
        error = cases(run)["gate", "validity"].find("error")
        assert error is not None
        assert str(error.get("message")).startswith(run.judgement.invalid[0])

    def test_gates_come_gravest_first_with_all_their_numbers(self) -> None:
        rows = [x for x in MarkdownRenderer().render(RUN).splitlines() if x.startswith("| ")]
        assert rows[2].startswith(f"| ▼ regressed | {SUITES[0]} | {MODELS[0]} | accuracy ↑ | 0.84")
        assert rows[2].endswith("| 0.001 | ±0.021 |")
        assert rows[11].startswith("| = equivalent")

    def test_what_is_watched_alarms_and_provenance_are_there(self) -> None:
        text = MarkdownRenderer().render(RUN)
        assert "### Watched, and pointed out" in text
        assert "accuracy ↑ (subject = law)" in text
        assert "> **Worse than its history.** accuracy of movie sentiment" in text
        assert text.splitlines()[-1].startswith("Baseline release 2.2: run `20261115T064803Z-91c0`")

    def test_what_p_was_corrected_over_is_told_of_one_of_several_candidates(self) -> None:
        words = "corrected by Holm over 30 gates of 3 candidates"
        of_three = with_judgement(RUN, n_gates=30, n_candidates=3)
        assert words in MarkdownRenderer().render(of_three).splitlines()[-1]
        assert "corrected" not in MarkdownRenderer().render(RUN)

    def test_force_is_told(self) -> None:
        assert "> **Compared by force.** commonsense" in MarkdownRenderer().render(HOSTILE_RUN)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_every_row_keeps_its_cells_whatever_a_name_holds(self, text: str) -> None:
        assert RUN.judgement is not None
        first, *rest = RUN.judgement.findings
        named = replace(first.difference, suite=f"{text} a|b\nc", model=text)
        run = with_judgement(RUN, findings=(replace(first, difference=named), *rest))
        written = MarkdownRenderer().render(run)
        written.encode("utf-8")
        rows = [line for line in written.splitlines() if line.startswith("|")]
        assert {len(line.replace("\\|", "").split("|")) for line in rows} == {11}

    def test_it_fits_into_a_comment_whatever_comes(self) -> None:
        assert HOSTILE_RUN.judgement is not None
        judgement = HOSTILE_RUN.judgement
        long = tuple(
            replace(each, difference=replace(each.difference, suite="*" * 500, model="<" * 500))
            for each in judgement.findings * 50
        )
        run = with_judgement(
            HOSTILE_RUN, findings=long, invalid=("&" * 5000,) * 40, sentence="#" * 9000
        )
        written = MarkdownRenderer().render(run)
        assert len(written.encode("utf-8")) < 60_000
        assert "more in the report." in written

    def test_no_gate_is_said(self) -> None:
        text = MarkdownRenderer().render(with_judgement(RUN, findings=()))
        assert "No gate holds any number." in text


class TestJson:
    def test_the_whole_judgement_is_data(self) -> None:
        document = json.loads(JsonRenderer().render(RUN))
        judgement = document["judgement"]
        assert judgement["verdict"] == "regressed"
        assert RUN.judgement is not None
        assert len(judgement["findings"]) == len(RUN.judgement.findings)
        first = judgement["findings"][0]
        assert first["difference"]["quantity"]["id"] == "accuracy"
        assert first["gate"]["margin"] == 0.01
        assert judgement["comparison"]["baseline"]["run_id"] == "20261115T064803Z-91c0"
        assert judgement["policy"]["alpha"] == 0.05

    def test_flips_have_ids_and_values_and_no_text(self) -> None:
        document = JsonRenderer().render(HOSTILE_RUN)
        flips = json.loads(document)["judgement"]["comparison"]["flips"]
        assert flips
        assert set(flips[0]) == {
            "suite", "model", "quantity", "sample", "is_better", "baseline_value",
            "candidate_value",
        }  # fmt: skip
        assert "x" * 1000 not in document

    def test_history_has_its_points(self) -> None:
        document = json.loads(JsonRenderer().render(RUN))
        assert len(document["history"]) == 10
        assert len(document["history"][0]["points"]) == 40
        assert document["history"][0]["shifts"][0]["is_better"] is False

    def test_a_plain_run_has_neither(self) -> None:
        document = json.loads(JsonRenderer().render(synthetic_run(n=20)))
        assert not {"judgement", "history"} & document.keys()


class TestCsv:
    def rows(self, run: Run) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(CsvRenderer().render(run))))

    def test_each_estimate_goes_on_with_its_finding(self) -> None:
        rows = self.rows(RUN)
        assert len(rows) == len(RUN.estimates)
        first = rows[0]
        assert (first["quantity"], first["verdict"], first["is_gate"]) == (
            "accuracy", "regressed", "true",
        )  # fmt: skip
        assert float(first["candidate"]) == float(first["value"])
        assert float(first["difference"]) == pytest.approx(
            float(first["candidate"]) - float(first["baseline"])
        )

    def test_slices_have_findings_of_their_own(self) -> None:
        (law,) = (row for row in self.rows(RUN) if row["slice_value"] == "law")
        assert (law["verdict"], law["is_gate"]) == ("regressed", "false")

    def test_findings_without_an_estimate_are_rows_too(self) -> None:
        run = replace(RUN, estimates=RUN.estimates[1:])
        last = self.rows(run)[-1]
        assert (last["quantity"], last["verdict"], last["value"]) == ("accuracy", "regressed", "")
        assert last["run_id"] == RUN.manifest.run_id

    def test_estimates_that_were_not_compared_have_empty_cells(self) -> None:
        rows = self.rows(with_judgement(RUN, findings=()))
        assert {row["verdict"] for row in rows} == {""}
