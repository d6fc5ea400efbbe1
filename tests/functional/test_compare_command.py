"""``harness compare``: what changed between runs, models and checkpoints."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fakes.exam import Exam
from fakes.workplace import Workplace

from harness.core.response import Generation, Response
from harness.store.judgement_file import read_judgement

OLD_RUN = Path(__file__).parents[1] / "golden" / "runs" / "schema_1" / "capitals"
TWO_STUDENTS = """
[[model]]
name = "other"
adapter = "echo"
"""


@pytest.fixture
def exam(place: Workplace) -> Exam:
    return Exam(place)


def verdicts(out: str) -> list[str]:
    """Return the first words of the lines that tell a verdict."""
    said = ("IMPROVED", "EQUIVALENT", "REGRESSED", "INCONCLUSIVE", "INVALID")
    return [line.partition(" ")[0] for line in out.splitlines() if line.startswith(said)]


def judgement_in(path: Path) -> dict[str, Any]:
    judgement: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["judgement"]
    return judgement


def test_several_candidates_are_judged_together_and_each_has_a_report(exam: Exam) -> None:
    first, worse, same = (exam.sit(wrong=range(n)) for n in (40, 80, 40))

    outcome = exam.place.harness("compare", first.name, worse.name, same.name, "-o", "change.json")

    # Telling is not gating: the exit code is 0 though one of them regressed.
    assert outcome.code == 0, outcome.err
    assert verdicts(outcome.out) == ["REGRESSED", "EQUIVALENT"]
    assert outcome.out.splitlines()[-2:] == ["report: change-1.json", "report: change-2.json"]
    told = [judgement_in(exam.place.folder / f"change-{i}.json") for i in (1, 2)]
    assert [each["comparison"]["candidate_run_id"] for each in told] == [worse.name, same.name]
    # Four gates in all: Holm's smallest p is multiplied by four.
    (smallest, *_) = sorted(
        (finding["difference"]["p_value"], finding["p_adjusted"])
        for finding in told[0]["findings"]
        if finding["gate"]
    )
    assert smallest[1] == pytest.approx(4 * smallest[0])
    for folder in (first, worse, same):
        assert not (folder / "judgement.json").exists()


@pytest.mark.parametrize("suffix", [".html", ".md", ".json", ".csv", ".xml"])
def test_the_ending_of_the_file_says_what_is_written(exam: Exam, suffix: str) -> None:
    first, worse = (exam.sit(wrong=range(n), n=200) for n in (10, 60))

    output = exam.place.folder / f"change{suffix}"
    assert exam.place.harness("compare", first, worse, "-o", output).code == 0

    text = output.read_text(encoding="utf-8")
    if suffix == ".html":
        assert text.startswith("<!doctype html>")
        assert "Something got worse" in text
    elif suffix == ".md":
        assert text.splitlines()[0].endswith("Regressed: exam")
    elif suffix == ".json":
        assert judgement_in(output)["verdict"] == "regressed"
    elif suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["verdict"] for row in rows if row["is_gate"] == "true"] == ["regressed"] * 2
    else:
        assert ET.fromstring(text).findall(".//failure")


def test_an_ending_that_nothing_is_written_with(exam: Exam) -> None:
    folder = exam.sit(n=10)
    outcome = exam.place.harness("compare", folder, folder, "-o", "change.pdf")
    assert outcome.code == 2
    known = ".csv, .html, .json, .xml, .lm_eval.json, .md"
    assert f"no report ends in '.pdf'; known are {known}" in outcome.err


def test_without_a_file_the_report_lies_beside_the_candidate(exam: Exam) -> None:
    first, worse = (exam.sit(wrong=range(n), n=200) for n in (10, 60))
    report = (worse / "report.html").read_bytes()

    exam.place.harness("compare", first.name, worse.name)
    exam.place.harness("compare", first.name, f"{worse.name}:student")

    assert (worse / f"compared-{first.name}.html").is_file()
    assert (worse / f"compared-{first.name}-student.html").is_file()
    assert (worse / "report.html").read_bytes() == report


def test_models_of_one_run_are_compared_by_name(exam: Exam) -> None:
    spec = exam.spec(wrong=range(20), n=200)
    text = spec.read_text(encoding="utf-8").replace("[[suite]]", TWO_STUDENTS + "\n[[suite]]")
    spec.write_text(text, encoding="utf-8")
    assert exam.place.harness("run", spec).code == 0

    outcome = exam.place.harness("compare", "latest:student", "latest:other", "-o", "change.json")

    assert outcome.code == 0, outcome.err
    assert verdicts(outcome.out) == ["REGRESSED"]
    told = judgement_in(exam.place.folder / "change.json")
    (pair,) = told["comparison"]["pairs"]
    assert (pair["baseline_model"], pair["candidate_model"]) == ("student", "other")
    manifest = json.loads((exam.place.folder / "change.json").read_text())["manifest"]
    assert list(manifest["models"]) == ["other"]


def test_one_model_each_is_compared_under_any_name(exam: Exam) -> None:
    first = exam.sit(wrong=range(40), model="epoch-1")
    second = exam.sit(wrong=range(40), model="epoch-2")
    outcome = exam.place.harness("compare", first, second)
    assert verdicts(outcome.out) == ["EQUIVALENT"]


class TestRefusal:
    """What is not the same question is not compared."""

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"n": 38}, "asked another draw of samples: 40 samples, seed 0 with hash "),
            (
                {"suite": 'system = "Be brief."'},
                "has another 'system': not set in the baseline, 'Be brief.' in the candidate",
            ),
            (
                {"suite": "max_new_tokens = 5"},
                "has another 'max_new_tokens': not set in the baseline, 5 in the candidate",
            ),
            (
                {"metrics": '[{ name = "exact_match", ignore_case = true }, "token_f1"]'},
                "metric 'exact_match' of suite 'questions' is set otherwise: ",
            ),
        ],
    )
    def test_names_the_difference(self, exam: Exam, change: Mapping[str, Any], named: str) -> None:
        first = exam.sit(wrong=range(8), n=40)
        second = _sit(exam, change)

        outcome = exam.place.harness("compare", first, second)

        assert outcome.code == 2
        assert outcome.out == ""
        errors = [error for error in outcome.errors if named in error]
        assert errors, outcome.errors
        assert all(error.startswith("questions on student: cannot be") for error in outcome.errors)
        remedy = "rescore one side with the other's settings"
        if "metric" not in named:
            remedy = "or compare all the same with --force"
        assert errors[0].endswith(remedy)

        forced = exam.place.harness("compare", first, second, "--force", "-o", "change.json")
        assert forced.code == 0
        told = judgement_in(exam.place.folder / "change.json")["comparison"]
        assert f"forced, though {told['pairs'][0]['mismatches'][0]['sentence']}" in forced.out
        assert told["is_forced"]
        assert any(named in mismatch["sentence"] for mismatch in told["pairs"][0]["mismatches"])

    def test_statistics_that_mean_something_else_are_left_out_by_force_too(
        self, exam: Exam
    ) -> None:
        first = exam.sit(wrong=range(8), n=40)
        metrics = '[{ name = "exact_match", ignore_case = true }, "token_f1"]'
        second = _sit(exam, {"metrics": metrics})
        exam.place.harness("compare", first, second, "--force", "-o", "change.json")
        findings = judgement_in(exam.place.folder / "change.json")["findings"]
        assert {finding["difference"]["metric"] for finding in findings} == {"token_f1"}

    def test_another_capability(self, place: Workplace) -> None:
        spec = place.films()
        assert place.harness("run", spec).code == 0
        classified = place.latest
        text = spec.read_text(encoding="utf-8")
        place.write("reader.py", 'def label(prompt):\n    return "good"\n')
        written = text.replace(
            'adapter = "echo"\nlabels = ["bad", "good"]',
            'adapter = "python"\ntarget = "reader:label"\npath = "."',
        )
        assert written != text
        assert place.harness("run", place.write("films.toml", written)).code == 0

        outcome = place.harness("compare", classified, place.latest)

        assert outcome.code == 2
        assert (
            "films on echo: cannot be compared: suite 'films' asked a model that classifies in the"
            " baseline, and one that generates in the candidate;" in "\n".join(outcome.errors)
        )

    def test_nothing_in_common(self, exam: Exam) -> None:
        first = exam.sit(n=10)
        outcome = exam.place.harness("compare", first, OLD_RUN)
        assert outcome.code == 2
        (error,) = outcome.errors
        assert "questions on student is in the baseline alone" in error
        assert error.endswith("name one model of each side, as RUN:MODEL")

    def test_one_side(self, exam: Exam) -> None:
        outcome = exam.place.harness("compare", exam.sit(n=10))
        assert outcome.code == 2
        assert "a comparison needs a baseline and at least one candidate" in outcome.err


def _sit(exam: Exam, change: Mapping[str, Any]) -> Path:
    """Sit the exam with one thing changed; ``metrics`` is in the spec already."""
    options = dict(change)
    metrics = options.pop("metrics", None)
    if metrics is None:
        return exam.sit(**{"wrong": range(8), "n": 40, **options})
    spec = exam.spec(wrong=range(8), n=40)
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace('["exact_match", "token_f1"]', metrics), encoding="utf-8")
    assert exam.place.harness("run", spec).code == 0
    return exam.place.latest


class TestOldRuns:
    """Runs of schema version 1 kept no options of their metrics."""

    def again(self, place: Workplace, **changes: object) -> Path:
        """Return a run that gave the same answers another day."""
        folder = place.folder / "again"
        shutil.copytree(OLD_RUN, folder)
        manifest = place.manifest(folder) | {"run_id": "again"} | changes
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    def test_are_compared_where_the_options_are_certain(self, place: Workplace) -> None:
        again = self.again(place)
        outcome = place.harness("compare", OLD_RUN, again, "-o", "change.json")
        assert outcome.code == 0
        findings = judgement_in(place.folder / "change.json")["findings"]
        gated = [finding["difference"] for finding in findings if finding["gate"]]
        assert {row["quantity"]["id"] for row in gated} == {"exact_match", "token_f1", "chrf"}
        assert {row["test"] for row in gated} == {"identical"}

    def test_ask_to_be_scored_again_where_they_are_not(self, place: Workplace) -> None:
        """Of a run that was made without a spec, nothing tells the options."""
        again = self.again(place, spec={})

        outcome = place.harness("compare", OLD_RUN, again, "-o", "change.json")

        assert verdicts(outcome.out) == ["INVALID"]
        told = judgement_in(place.folder / "change.json")["invalid"]
        assert any(
            reason.startswith("capitals on capitals: metric 'exact_match': was kept without its")
            and reason.endswith("measure the stored answers again with harness rescore RUN")
            for reason in told
        )


class TestFlips:
    """Side by side, with what each model answered."""

    def test_hold_the_right_answers(self, exam: Exam) -> None:
        first, second = exam.sit(wrong=range(20), n=200), exam.sit(wrong=range(10, 80), n=200)
        exam.place.harness("baseline", "set", "main", first.name)
        assert exam.place.harness("gate", second.name, "--baseline", "main").code == 1
        kept = read_judgement(second)
        assert kept is not None
        flips = kept.comparison.flips
        moved = [(flip.baseline.sample.id, flip.is_better) for flip in flips]
        # Those for the worse come first.
        assert moved[:60] == [(f"q{i}", False) for i in range(20, 80)]
        assert sorted(moved[60:]) == [(f"q{i}", True) for i in range(10)]
        for flip in flips:
            sides = {False: ("right", "wrong"), True: ("wrong", "right")}[flip.is_better]
            texts = []
            for record in (flip.baseline, flip.candidate):
                assert isinstance(record.answer, Response)
                assert isinstance(record.answer.output, Generation)
                assert record.sample.id == flip.baseline.sample.id
                assert record.prompt == f"question {record.sample.id[1:]}"
                texts.append(record.answer.output.text)
            assert tuple(texts) == sides
            assert (flip.baseline_value, flip.candidate_value) == tuple(
                float(text == "right") for text in sides
            )


CHECKPOINTS = """\
name = "reviews"

[[model]]
name = "classifier"
adapter = "sklearn"
path = "epoch-1.skops"

[[suite]]
name = "reviews"
suite = "classification"
data = "reviews.csv"
columns = { text = "text", target = "label" }
metrics = ["confusion"]
"""


class TestCheckpoints:
    """Files of weights, asked what a spec asks of one of its models."""

    @pytest.fixture
    def reviews(self, place: Workplace) -> Workplace:
        """Write a spec, a classifier that can tell good from bad, and one that cannot."""
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from skops.io import dump

        words = {"good": ["fine", "lovely", "great"], "bad": ["poor", "awful", "dull"]}
        texts = [(f"{word} film {i}", label) for label in words for word in words[label]
                 for i in range(40)]  # fmt: skip
        rows = "".join(f"{text},{label}\n" for text, label in texts)
        place.write("reviews.csv", f"text,label\n{rows}")
        labels = [label for _, label in texts]
        for name, known in (("epoch-1", labels), ("epoch-2", labels[::-1])):
            model = make_pipeline(CountVectorizer(), LogisticRegression())
            model.fit([text for text, _ in texts], known)
            dump(model, place.folder / f"{name}.skops")
        place.write("reviews.toml", CHECKPOINTS)
        return place

    def test_become_runs_of_the_spec(self, reviews: Workplace) -> None:
        outcome = reviews.harness(
            "compare", "epoch-1.skops", "epoch-2.skops", "--spec", "reviews.toml:classifier"
        )

        assert outcome.code == 0, outcome.err
        assert verdicts(outcome.out) == ["REGRESSED"]
        manifests = [reviews.manifest(folder) for folder in reviews.runs]
        names = [manifest["name"] for manifest in manifests]
        assert names == ["reviews: epoch-1.skops", "reviews: epoch-2.skops"]
        prints = {manifest["models"]["classifier"]["fingerprint"] for manifest in manifests}
        assert len(prints) == 2
        asked = [Path(manifest["spec"]["model"][0]["path"]).name for manifest in manifests]
        assert asked == ["epoch-1.skops", "epoch-2.skops"]

    def test_stand_beside_a_run(self, reviews: Workplace) -> None:
        assert reviews.harness("run", "reviews.toml").code == 0
        outcome = reviews.harness(
            "compare", "latest", "epoch-1.skops", "--spec", "reviews.toml", "-o", "change.json"
        )
        assert outcome.code == 0, outcome.err
        assert verdicts(outcome.out) == ["EQUIVALENT"]
        rows = judgement_in(reviews.folder / "change.json")["findings"]
        assert {row["difference"]["test"] for row in rows} == {"identical"}

    def test_take_the_place_of_a_model_that_the_spec_fits(self, reviews: Workplace) -> None:
        fitted = CHECKPOINTS.replace(
            'path = "epoch-1.skops"',
            'fit.data = "reviews.csv"\nfit.columns = { text = "text", target = "label" }',
        )
        reviews.write("fitted.toml", fitted)
        sides = ("epoch-1.skops", "epoch-2.skops")

        outcome = reviews.harness("compare", *sides, "--spec", "fitted.toml:classifier")

        assert outcome.code == 0, outcome.err
        assert verdicts(outcome.out) == ["REGRESSED"]

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ((), "epoch-2.skops: is a path, but no run folder; if it is a checkpoint, give --spec"),
            (
                ("--spec", "reviews.toml:clasifier"),
                "--spec SPEC:MODEL: the spec has no model named 'clasifier'; did you mean",
            ),
            (("--spec", "films.toml"), "--spec: model 'echo' is not read from a path;"),
        ],
    )
    def test_need_a_spec_that_reads_them(
        self, reviews: Workplace, options: tuple[str, ...], error: str
    ) -> None:
        reviews.films()
        reviews.harness("run", "films.toml")
        outcome = reviews.harness("compare", "latest", "epoch-2.skops", *options)
        assert outcome.code == 2
        (told,) = outcome.errors
        assert told.startswith(error)
        assert len(reviews.runs) == 1
