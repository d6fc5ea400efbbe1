"""``harness nightly``: a line of nights, each beside the baseline and the history."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fakes.exam import Exam, N
from fakes.workplace import Outcome, Workplace

from harness.core.history import Alarm
from harness.core.verdict import Verdict
from harness.store.judgement_file import read_judgement

USUAL = range(40)
"""Wrong answers of a usual night."""
N_NIGHTS = 24


@pytest.fixture
def exam(place: Workplace) -> Exam:
    return Exam(place)


def last_lines(outcome: Outcome, n: int) -> list[str]:
    return outcome.out.splitlines()[-n:]


def verdict_of(folder: Path) -> Verdict:
    kept = read_judgement(folder)
    assert kept is not None
    return kept.verdict


def test_a_first_night_an_equal_one_and_a_bad_one(exam: Exam) -> None:
    first = exam.night(wrong=USUAL)
    baseline = exam.place.latest
    assert first.code == 0, first.err
    assert last_lines(first, 1) == [
        f"{baseline.name} is the first of main: later nights are compared with it"
    ]
    assert not (baseline / "judgement.json").exists()
    assert (baseline / "report.html").is_file()
    listed = exam.place.harness("baseline", "list").out
    assert listed.startswith(f"main  {baseline.name}  set ")

    second = exam.night(wrong=USUAL)
    assert (second.code, verdict_of(exam.place.latest)) == (0, Verdict.EQUIVALENT)
    # A night that was well does not become the baseline: a slow decline would move it along.
    assert exam.place.harness("baseline", "list").out == listed

    third = exam.night(wrong=range(80))
    folder = exam.place.latest
    assert (third.code, verdict_of(folder)) == (1, Verdict.REGRESSED)
    assert last_lines(third, 2) == [
        "REGRESSED  Something got worse: of 2 gates 2 regressed.",
        f"report: {Path('runs', folder.name, 'report.html')}",
    ]
    for name in ("gate.md", "gate.xml", "gate.json", "judgement.json", "report.html"):
        assert (folder / name).stat().st_size > 0
    assert {exam.place.manifest(run)["line"] for run in exam.place.runs} == {"main"}


def test_lines_have_baselines_of_their_own(exam: Exam) -> None:
    assert exam.night(wrong=USUAL).code == 0
    spec = exam.spec(wrong=range(80))
    other = exam.place.harness("nightly", spec, "--line", "branch")
    assert other.code == 0
    assert "is the first of branch" in other.out


def test_an_incomplete_first_night_is_no_baseline(exam: Exam) -> None:
    first = exam.night(wrong=USUAL, silent=range(300, N))
    assert first.code == 3
    run_id = exam.place.latest.name
    assert last_lines(first, 1) == [
        f"main has no baseline yet, and {run_id} is too incomplete to be one"
    ]
    assert exam.place.harness("baseline", "list").out == ""
    assert "is the first of main" in exam.night(wrong=USUAL).out


def test_an_incomplete_later_night_is_invalid(exam: Exam) -> None:
    exam.night(wrong=USUAL)
    outcome = exam.night(wrong=USUAL, silent=range(300, N))
    assert (outcome.code, verdict_of(exam.place.latest)) == (3, Verdict.INVALID)
    assert "75.0% of the candidate's samples were scored, and 95.0% are demanded" in outcome.out
    # Another baseline would be no remedy.
    assert "harness baseline set" not in outcome.out


def test_changed_data_are_invalid_until_the_change_is_accepted(exam: Exam) -> None:
    exam.night(wrong=USUAL)
    outcome = exam.night(wrong=USUAL, n=398)
    run_id = exam.place.latest.name
    assert (outcome.code, verdict_of(exam.place.latest)) == (3, Verdict.INVALID)
    assert "invalid: suite 'questions' asked another draw of samples: 400 samples" in outcome.out
    command = f"harness baseline set main {run_id}"
    assert f"if that is meant, let later runs be compared with this one: {command}" in outcome.out

    assert exam.place.harness(*command.split()[1:]).code == 0
    assert exam.night(wrong=range(41), n=398).code == 0


def test_a_policy_holds_every_night(exam: Exam) -> None:
    policy = exam.place.write("gate.toml", "[[gate]]\nmargin = 0.2\n")
    exam.night("--policy", policy, wrong=USUAL)
    assert exam.night("--policy", policy, wrong=range(80)).code == 0
    assert exam.night(wrong=range(80)).code == 1


def test_a_wrong_policy_or_name_is_told_before_anything_runs(exam: Exam) -> None:
    policy = exam.place.write("gate.toml", "alfa = 0.1\n")
    outcome = exam.night("--policy", policy)
    assert (outcome.code, outcome.errors) == (
        2,
        ["policy: unknown key 'alfa'; did you mean 'alpha'?"],
    )
    spec = exam.spec()
    assert exam.place.harness("nightly", spec, "--line", "latest").code == 2
    assert exam.place.runs == []


def test_a_deleted_baseline_is_told_before_anything_runs(exam: Exam) -> None:
    exam.night(wrong=USUAL)
    shutil.rmtree(exam.place.latest)
    outcome = exam.night(wrong=USUAL)
    assert outcome.code == 2
    assert outcome.errors[0].endswith("set it anew with harness baseline set main RUN")
    assert exam.place.runs == []


def test_the_site_has_a_page_for_the_line_and_each_night(exam: Exam) -> None:
    site = exam.place.folder / "site"
    exam.night("--site", site, wrong=USUAL)
    outcome = exam.night("--site", site, wrong=range(80))
    assert outcome.code == 1
    index = (site / "index.html").read_text(encoding="utf-8")
    assert "main" in index
    assert "egressed" in index
    pages = {path.relative_to(site / "runs").parts[0] for path in (site / "runs").rglob("*.html")}
    assert {page.removesuffix(".html") for page in pages} == {run.name for run in exam.place.runs}


def with_history(exam: Exam, n_wrong: Sequence[int]) -> None:
    """Keep a first night, and copies of it as the nights before."""
    assert exam.night(wrong=USUAL).code == 0
    first = exam.place.latest
    manifest = exam.place.manifest(first)
    metrics = json.loads((first / "metrics.json").read_text(encoding="utf-8"))
    durations = np.random.default_rng(0).lognormal(4.0, 0.1, size=len(n_wrong))
    for night, (count, wall_s) in enumerate(zip(n_wrong, durations, strict=True)):
        at = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=night)
        run_id = f"{at:%Y%m%dT%H%M%S}000-{night:06x}"
        folder = first.with_name(run_id)
        shutil.copytree(first, folder)
        evaluations = [{**done, "wall_s": wall_s} for done in manifest["evaluations"]]
        moved = {"run_id": run_id, "started_at": at.isoformat(), "evaluations": evaluations}
        (folder / "manifest.json").write_text(json.dumps({**manifest, **moved}))
        for estimate in metrics["estimates"]:
            if estimate["slice"] is None:
                estimate["value"] = 1 - count / N
        (folder / "metrics.json").write_text(json.dumps(metrics))


def alarms(folder: Path) -> dict[str, Alarm]:
    """Return the alarms on quality; how long a test takes is not looked at."""
    kept = read_judgement(folder)
    assert kept is not None
    return {
        alarm.quantity.id: alarm
        for alarm in kept.alarms
        if alarm.quantity.id in ("exact_match", "token_f1")
    }


class TestHistory:
    """Two dozen nights that were alike, and then one that is not."""

    MARGIN = "[[gate]]\nmargin = 0.2\n"

    @pytest.fixture
    def line(self, exam: Exam) -> Exam:
        counts = np.random.default_rng(1).integers(39, 42, size=N_NIGHTS)
        with_history(exam, counts.tolist())
        return exam

    def test_a_usual_night_raises_no_alarm(self, line: Exam) -> None:
        outcome = line.night(wrong=USUAL)
        assert outcome.code == 0
        assert alarms(line.place.latest) == {}

    def test_an_unusual_night_warns_within_the_margin(self, line: Exam) -> None:
        policy = line.place.write("gate.toml", self.MARGIN)
        outcome = line.night("--policy", policy, wrong=range(60))

        assert outcome.code == 0, outcome.out
        found = alarms(line.place.latest)
        assert found.keys() == {"exact_match", "token_f1"}
        alarm = found["exact_match"]
        assert (alarm.value, alarm.is_better, alarm.is_confirmed) == (0.85, False, False)
        assert alarm.median == pytest.approx(0.9, abs=0.003)
        assert alarm.n == N_NIGHTS + 1
        assert alarm.z < -3
        assert "history: exact_match of questions on student is worse than usual" in outcome.out

    def test_a_second_one_fails_where_the_policy_says_so(self, line: Exam) -> None:
        strict = line.place.write("gate.toml", 'history = "fail"\n' + self.MARGIN)
        codes = [line.night("--policy", strict, wrong=range(60)).code for _ in range(2)]

        assert codes == [0, 1]
        folder = line.place.latest
        assert alarms(folder)["exact_match"].is_confirmed
        kept = read_judgement(folder)
        assert kept is not None
        assert {finding.verdict for finding in kept.gates} == {Verdict.EQUIVALENT}
        assert kept.verdict is Verdict.REGRESSED
        text = (folder / "gate.xml").read_text(encoding="utf-8")
        assert 'type="history"' in text

    def test_a_warning_does_not_fail_though_it_is_confirmed(self, line: Exam) -> None:
        policy = line.place.write("gate.toml", self.MARGIN)
        codes = [line.night("--policy", policy, wrong=range(60)).code for _ in range(2)]
        assert codes == [0, 0]
        assert alarms(line.place.latest)["exact_match"].is_confirmed

    def test_a_better_night_never_fails(self, line: Exam) -> None:
        strict = line.place.write("gate.toml", 'history = "fail"\n' + self.MARGIN)
        codes = [line.night("--policy", strict, wrong=range(5)).code for _ in range(2)]
        assert codes == [0, 0]
        assert alarms(line.place.latest)["exact_match"].is_better is True

    def test_too_short_a_history_is_silent(self, exam: Exam) -> None:
        with_history(exam, [40, 41, 39] * 3)
        policy = exam.place.write("gate.toml", self.MARGIN)
        exam.night("--policy", policy, wrong=range(60))
        assert alarms(exam.place.latest) == {}
        eager = exam.place.write("gate.toml", "min_history = 8\n" + self.MARGIN)
        exam.night("--policy", eager, wrong=range(80))
        assert "exact_match" in alarms(exam.place.latest)


def test_what_the_checkpoint_does_by_itself_is_no_regression_and_no_pass(exam: Exam) -> None:
    """A loss of 5 % that two runs of one checkpoint reach once in twenty is open."""
    exam.night(wrong=USUAL)
    assert exam.night(wrong=range(60)).code == 1
    assert exam.place.harness("noise", exam.spec(wrong=USUAL)).code == 0
    (study,) = (exam.place.folder / "runs" / "noise").glob("*.json")
    kept = json.loads(study.read_text(encoding="utf-8"))
    for noise in kept["noise"]:
        assert noise["floor"] == 0  # the model does not depend on the order
        noise["floor"] = 0.1
    study.write_text(json.dumps(kept), encoding="utf-8")

    outcome = exam.night(wrong=range(60))

    assert outcome.code == 0, outcome.out
    newest = max(path.parent for path in exam.place.folder.glob("runs/*/manifest.json"))
    judged = read_judgement(newest)
    assert judged is not None
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert {(row.margin, row.noise_floor) for row in judged.gates} == {(0.01, 0.1)}
