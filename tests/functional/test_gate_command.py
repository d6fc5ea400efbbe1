"""``harness gate``: the verdict on a run, as an exit code and as four documents."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fakes.exam import Exam
from fakes.workplace import Outcome, Workplace

from harness.core.verdict import Verdict
from harness.store.judgement_file import read_judgement

TEN_IN_A_HUNDRED = range(40)
"""Questions of 400 that the baseline gets wrong."""


@pytest.fixture
def exam(place: Workplace) -> Exam:
    """Sit the exam once, as the baseline ``main``."""
    exam = Exam(place)
    folder = exam.sit(wrong=TEN_IN_A_HUNDRED)
    assert place.harness("baseline", "set", "main", folder.name).code == 0
    return exam


def gate(exam: Exam, folder: Path, *options: object) -> Outcome:
    return exam.place.harness("gate", folder.name, "--baseline", "main", *options)


def judged(exam: Exam, wrong: Collection[int], *options: object) -> Outcome:
    """Sit the exam once more, and have it judged."""
    return gate(exam, exam.sit(wrong=wrong), *options)


def verdict_line(outcome: Outcome) -> str:
    """Return the line before the last, which names the report."""
    return outcome.out.splitlines()[-2]


def gate_json(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    judgement: dict[str, Any] = document["judgement"]
    return judgement


def junit_counts(folder: Path) -> Counter[str]:
    """Count the outcomes of the gates' test cases."""
    root = ET.fromstring((folder / "gate.xml").read_text(encoding="utf-8"))
    cases = [
        case
        for case in root.iter("testcase")
        if case.attrib["classname"] == "gate.questions.student"
    ]
    outcomes = [
        next((child.tag for child in case if child.tag != "properties"), "passed") for case in cases
    ]
    suite = root.find("testsuite")
    assert suite is not None
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[count]) == len(root.findall(f".//{tag}"))
    return Counter(outcomes)


@pytest.mark.parametrize(
    ("wrong", "verdict", "code", "junit"),
    [
        (range(10), "improved", 0, "passed"),
        (range(40), "equivalent", 0, "passed"),
        (range(80), "regressed", 1, "failure"),
        (range(42), "inconclusive", 0, "skipped"),
    ],
)
def test_every_document_says_what_the_exit_code_says(
    exam: Exam, wrong: range, verdict: str, code: int, junit: str
) -> None:
    outcome = judged(exam, wrong)
    folder = exam.place.latest

    assert outcome.code == code, outcome.err
    assert verdict_line(outcome).startswith(f"{verdict.upper()}  ")
    assert verdict_line(outcome).endswith(f"of 2 gates 2 {verdict}.")
    assert outcome.out.splitlines()[-1] == f"report: {Path('runs', folder.name, 'report.html')}"

    kept = read_judgement(folder)
    assert kept is not None
    assert kept.verdict is Verdict(verdict)
    assert (kept.baseline_name, kept.policy_source) == ("main", "")
    told = gate_json(folder)
    assert told["verdict"] == verdict
    assert [finding["verdict"] for finding in told["findings"] if finding["gate"]] == [verdict] * 2
    assert junit_counts(folder) == {junit: 2}
    heading = (folder / "gate.md").read_text(encoding="utf-8").splitlines()[0]
    assert heading.endswith(f"{verdict.capitalize()}: exam")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert kept.sentence in page
    # What was judged can be shown again.
    assert kept.sentence in exam.place.harness("report", folder, "--format", "md").out


def test_the_numbers_are_those_of_the_exam(exam: Exam) -> None:
    judged(exam, range(20, 80))
    kept = read_judgement(exam.place.latest)
    assert kept is not None
    found = {
        (finding.difference.quantity.id, finding.difference.slice): finding.difference
        for finding in kept.findings
    }
    whole, easy, hard = (
        found["exact_match", part] for part in (None, ("part", "easy"), ("part", "hard"))
    )
    assert (whole.baseline, whole.candidate) == (0.9, 0.85)
    assert whole.difference == pytest.approx(-0.05)
    assert (whole.n, whole.n_higher, whole.n_lower) == (400, 20, 40)
    assert easy.difference == pytest.approx(-0.1)
    assert (hard.n, hard.test) == (200, "identical")
    flips = [flip.candidate.sample.id for flip in kept.comparison.flips if not flip.is_better]
    assert set(flips) == {f"q{i}" for i in range(40, 80)}


@pytest.mark.parametrize(
    ("demand", "code", "junit"), [("warn", 0, "skipped"), ("fail", 4, "failure")]
)
def test_the_policy_says_what_undecided_means(
    exam: Exam, demand: str, code: int, junit: str
) -> None:
    policy = exam.place.write("gate.toml", f'inconclusive = "{demand}"\n')

    outcome = judged(exam, range(42), "--policy", policy)

    assert outcome.code == code
    assert verdict_line(outcome).startswith("INCONCLUSIVE  ")
    assert junit_counts(exam.place.latest) == {junit: 2}
    assert gate_json(exam.place.latest)["policy_source"] == "gate.toml"


def test_a_margin_is_what_may_be_lost(exam: Exam) -> None:
    """Two more wrong answers of 400: the interval of the loss ends at 1.8 %."""
    folder = exam.sit(wrong=range(42))
    codes = {}
    for margin in (0.01, 0.02):
        policy = exam.place.write(
            "gate.toml",
            f"""\
            inconclusive = "fail"
            [[gate]]
            metric = "exact_*"
            margin = {margin}
            """,
        )
        codes[margin] = gate(exam, folder, "--policy", policy).code
    assert codes == {0.01: 4, 0.02: 0}
    findings = gate_json(folder)["findings"]
    gated = [finding["difference"]["quantity"]["id"] for finding in findings if finding["gate"]]
    assert gated == ["exact_match"]


def test_a_gate_may_hold_a_slice(exam: Exam) -> None:
    lines = '[[gate]]\nslice = "part=*"\nmetric = "exact_match"\nmargin = 0.02\n'
    policy = exam.place.write("gate.toml", lines)

    assert judged(exam, range(20, 80), "--policy", policy).code == 1

    findings = gate_json(exam.place.latest)["findings"]
    assert {
        finding["difference"]["slice"][1]: finding["verdict"]
        for finding in findings
        if finding["gate"]
    } == {"easy": "regressed", "hard": "equivalent"}


class TestInvalid:
    """Exit code 3, and why."""

    def told(self, exam: Exam, outcome: Outcome, folder: Path | None = None) -> list[str]:
        folder = folder or exam.place.latest
        assert outcome.code == 3, outcome.out
        assert verdict_line(outcome).startswith("INVALID  ")
        kept = read_judgement(folder)
        assert kept is not None
        assert all(f"invalid: {reason}" in outcome.out for reason in kept.invalid)
        root = ET.fromstring((folder / "gate.xml").read_text(encoding="utf-8"))
        (validity,) = [case for case in root.iter("testcase") if case.get("name") == "validity"]
        error = validity.find("error")
        assert error is not None
        assert error.attrib["message"]
        return list(kept.invalid)

    def test_too_few_were_answered(self, exam: Exam) -> None:
        folder = exam.sit(wrong=range(80), silent=range(370, 400))

        assert self.told(exam, gate(exam, folder)) == [
            (
                "questions on student: 92.5% of the candidate's samples were scored, and 95.0% are"
                " demanded"
            )
        ]
        assert junit_counts(folder) == {"error": 2}

        lenient = exam.place.write("gate.toml", "min_coverage = 0.9\n")
        assert gate(exam, folder, "--policy", lenient).code == 1

    def test_the_data_are_others(self, exam: Exam) -> None:
        folder = exam.sit(wrong=range(40), n=399)
        (reason,) = self.told(exam, gate(exam, folder))[:1]
        assert reason.startswith("suite 'questions' asked another draw of samples: 400 samples")
        assert gate_json(folder)["findings"] == []

    def test_a_suite_is_gone(self, exam: Exam) -> None:
        spec = exam.spec(wrong=range(40))
        text = spec.read_text(encoding="utf-8")
        assert exam.place.harness("run", exam.place.write("exam.toml", text + _SECOND)).code == 0
        both = exam.place.latest
        assert exam.place.harness("baseline", "set", "main", both.name).code == 0

        outcome = gate(exam, exam.sit(wrong=range(40)))

        assert self.told(exam, outcome) == ["again on student is in the baseline alone"]
        assert junit_counts(exam.place.latest) == {"passed": 2}
        only = gate(exam, exam.place.latest, "--suite", "questions")
        assert only.code == 0
        assert gate_json(exam.place.latest)["comparison"]["unpaired"] == []

    @pytest.mark.parametrize("status", ["running", "interrupted"])
    def test_the_run_did_not_end(self, exam: Exam, status: str) -> None:
        folder = exam.sit(wrong=range(80))
        manifest = exam.place.manifest(folder)
        (folder / "manifest.json").write_text(json.dumps(manifest | {"status": status}))

        outcome = gate(exam, folder)

        # What is proven is proven, also by a run that did not end.
        assert outcome.code == 1
        assert f"invalid: the candidate's run {folder.name} is {status}" in outcome.out

        same = exam.sit(wrong=range(40))
        manifest = exam.place.manifest(same)
        (same / "manifest.json").write_text(json.dumps(manifest | {"status": status}))
        assert self.told(exam, gate(exam, same)) == [f"the candidate's run {same.name} is {status}"]

    def test_a_gate_that_holds_nothing(self, exam: Exam) -> None:
        policy = exam.place.write("gate.toml", '[[gate]]\nmetric = "exact_mtach"\n')
        outcome = judged(exam, range(40), "--policy", policy)
        (reason,) = self.told(exam, outcome)
        assert reason == (
            "gate[0] (metric 'exact_mtach') fits no number of this comparison;"
            " did you mean metric 'exact_match'?"
        )
        assert verdict_line(outcome).endswith(f": {reason}.")

    def test_one_gate_of_two_that_holds_nothing(self, exam: Exam) -> None:
        lines = '[[gate]]\nmetric = "exact_match"\n[[gate]]\nmetric = "exact_mtach"\n'
        policy = exam.place.write("gate.toml", lines)
        outcome = judged(exam, range(40), "--policy", policy)
        (reason,) = self.told(exam, outcome)
        assert reason.startswith("gate[1] (metric 'exact_mtach')")
        assert junit_counts(exam.place.latest) == {"passed": 1}


_SECOND = """
[[suite]]
name = "again"
suite = "generation"
data = "questions.csv"
columns = { text = "question", target = "answer", id = "id" }
metrics = ["exact_match"]
"""


class TestPolicyFile:
    """Errors are told in one sentence each, before anything is compared."""

    @pytest.mark.parametrize(
        ("text", "errors"),
        [
            (
                'inconclusiv = "fail"',
                ["policy: unknown key 'inconclusiv'; did you mean 'inconclusive'?"],
            ),
            (
                "[[gate]]\nmargn = 0.02\n[[gate]]\nmetric = 3",
                [
                    "policy.gate[0]: unknown key 'margn'; did you mean 'margin'?",
                    "policy.gate[1].metric: must be a text, not 3; write a text",
                ],
            ),
            (
                "[[gate]]\nmargin = -0.01",
                ["policy.gate[0].margin: cannot be negative or without end; write 0.01"],
            ),
            ("alpha = 5", ["policy.alpha: must be between 0 and 1; write 0.05"]),
            (
                'correction = "bonferroni"',
                ["policy.correction: 'bonferroni' is not possible; known are holm, none"],
            ),
        ],
    )
    def test_what_is_wrong_is_named(self, place: Workplace, text: str, errors: list[str]) -> None:
        exam = Exam(place)
        folder = exam.sit(n=10)
        policy = place.write("gate.toml", text + "\n")

        outcome = place.harness("gate", folder, "--baseline", folder, "--policy", policy)

        assert outcome.code == 2
        assert outcome.errors == errors
        assert outcome.out == ""
        assert not (folder / "judgement.json").exists()

    @pytest.mark.parametrize("written", ["alpha = [", "\\xff", None])
    def test_what_cannot_be_read(self, place: Workplace, written: str | None) -> None:
        exam = Exam(place)
        folder = exam.sit(n=10)
        if written is not None:
            data = b"\xff\xfe" if written == "\\xff" else written.encode()
            (place.folder / "gate.toml").write_bytes(data)

        outcome = place.harness("gate", folder, "--baseline", folder, "--policy", "gate.toml")

        assert outcome.code == 2
        (error,) = outcome.errors
        reason = "cannot be read (No such file" if written is None else "is not TOML: "
        assert error.startswith(f"gate.toml: {reason}")
        assert error.endswith(("; check the path", "; mend that line"))


def test_names_that_are_not_there(place: Workplace) -> None:
    exam = Exam(place)
    exam.sit(n=10)
    place.harness("baseline", "set", "main", "latest")
    folder = exam.sit(n=10)

    for arguments, error in (
        ((folder, "--baseline", "mian"), "mian: no such run in 'runs'; did you mean 'main'?"),
        (
            (f"{folder}:studnet", "--baseline", "main"),
            (
                f"{folder}:studnet: the run {folder.name} has no model 'studnet';"
                " did you mean 'student'?"
            ),
        ),
        (
            (folder, "--baseline", "main", "--suite", "question"),
            "--suite: neither side has a suite named 'question'; did you mean 'questions'?",
        ),
    ):
        outcome = place.harness("gate", *arguments)
        assert (outcome.code, outcome.errors) == (2, [error])


def test_a_baseline_whose_run_is_deleted(exam: Exam) -> None:
    folder = exam.sit(wrong=range(40))
    shutil.rmtree(exam.place.runs[0])
    outcome = gate(exam, folder)
    assert outcome.code == 2
    assert "set it anew with harness baseline set main RUN" in outcome.errors[0]


def test_a_later_verdict_stands_in_the_place_of_the_earlier(exam: Exam) -> None:
    folder = exam.sit(wrong=range(80))
    assert gate(exam, folder).code == 1
    allowed = exam.place.write("gate.toml", "[[gate]]\nmargin = 0.2\n")

    assert gate(exam, folder, "--policy", allowed).code == 0

    assert gate_json(folder)["verdict"] == "equivalent"
    assert junit_counts(folder) == {"passed": 2}


def test_a_run_that_is_taken_up_again_loses_the_verdict_on_what_it_was(exam: Exam) -> None:
    assert exam.place.harness("baseline", "set", "main", exam.sit(wrong=range(40)).name).code == 0
    half = exam.sit(wrong=range(40), silent=range(200))
    assert gate(exam, half).code == 3
    assert (half / "gate.md").exists()
    spec = exam.spec(wrong=range(40), silent=range(200))
    assert exam.place.harness("run", spec, "--resume", half).code == 3
    left = {path.name for path in half.iterdir()}
    assert left.isdisjoint({"judgement.json", "gate.md", "gate.xml", "gate.json"})


def test_a_policy_with_a_gate_for_another_suite_can_be_narrowed(exam: Exam) -> None:
    lines = '[[gate]]\nsuite = "questions"\n[[gate]]\nsuite = "again"\n'
    policy = exam.place.write("gate.toml", lines)
    assert judged(exam, range(40), "--policy", policy).code == 3
    assert judged(exam, range(40), "--policy", policy, "--suite", "questions").code == 0


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (("latest:a", "latest:b"), "harness gate latest:b --baseline latest:a"),
        (("latest",), "harness gate latest --baseline NAME"),
        (("a", "b", "--baseline", "main"), "harness gate b --baseline main"),
    ],
)
def test_sides_as_a_comparison_has_them_are_put_right(
    arguments: tuple[str, ...], form: str, place: Workplace
) -> None:
    outcome = place.harness("gate", *arguments)
    assert outcome.code == 2
    assert f"write {form}\n" in outcome.err
