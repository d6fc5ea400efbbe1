"""What is torn among the runs costs itself alone, and what would fail at the end is told first."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.exam import Exam
from fakes.workplace import Workplace

from harness.store.judgement_file import JUDGEMENT, read_judgement

N = 100


@pytest.fixture
def exam(place: Workplace) -> Exam:
    return Exam(place)


def fill(monkeypatch: pytest.MonkeyPatch, is_lost: Callable[[Path], bool]) -> None:
    """Let there be no room for some files."""
    replace_file = Path.replace

    def full(self: Path, target: Path) -> Path:
        if is_lost(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", full)


class TestTornVerdict:
    @pytest.fixture
    def judged(self, exam: Exam) -> Path:
        exam.sit(n=N)
        exam.place.harness("baseline", "set", "main", "latest")
        folder = exam.sit(n=N)
        assert exam.place.harness("gate", "latest", "--baseline", "main").code == 0
        (folder / JUDGEMENT).write_text('{"verdict": ', encoding="utf-8")
        return folder

    def test_is_reached_again_by_the_command_that_the_warning_names(
        self, exam: Exam, judged: Path
    ) -> None:
        shown = exam.place.harness("show", "latest")
        assert shown.code == 0
        (warning,) = shown.err.splitlines()
        command = warning.partition("judge it again: harness ")[2].replace("NAME", "main")

        assert exam.place.harness(*command.split()).code == 0

        assert read_judgement(judged) is not None
        assert "cannot be shown" not in (judged / "report.html").read_text(encoding="utf-8")

    def test_is_told_on_the_page_of_the_site(self, exam: Exam, judged: Path) -> None:
        outcome = exam.place.harness("site")
        assert outcome.code == 0
        page = exam.place.folder / "site" / "runs" / f"{judged.name}.html"
        assert "the verdict on this run cannot be shown" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["manifest.json", "metrics.json", "samples.parquet"])
def test_a_run_that_is_torn_later_keeps_the_page_that_it_had(exam: Exam, name: str) -> None:
    folder = exam.sit(n=N)
    assert exam.place.harness("site").code == 0
    page = exam.place.folder / "site" / "runs" / f"{folder.name}.html"
    before = page.read_bytes()
    (folder / name).write_text("{", encoding="utf-8")

    outcome = exam.place.harness("site")

    assert outcome.code == 0
    assert "left out: " in outcome.err
    assert page.read_bytes() == before


@pytest.mark.parametrize("text", ["{", '{"schema_version": 99}'])
def test_a_torn_noise_study_stops_no_verdict(exam: Exam, text: str) -> None:
    exam.night(n=N)
    study = exam.place.write("runs/noise/20260101T000000000-aaaaaa.json", text)
    outcomes = [exam.night(n=N)]
    exam.sit(n=N)
    outcomes.append(exam.place.harness("gate", "latest", "--baseline", "main"))

    for outcome in outcomes:
        assert outcome.code == 0, outcome.err
        (warning,) = [line for line in outcome.err.splitlines() if line.startswith("warning: ")]
        path = study.relative_to(exam.place.folder)
        assert warning.startswith(f"warning: left out of the noise: {path}: ")
        assert warning.endswith("delete it and repeat harness noise")


class TestToldBeforeTheNight:
    @pytest.mark.parametrize("name", ["manifest.json", "metrics.json", "samples.parquet"])
    def test_a_torn_baseline(self, exam: Exam, name: str) -> None:
        exam.night(n=N)
        baseline = exam.place.latest
        (baseline / name).write_text("{", encoding="utf-8")

        outcome = exam.night(n=N)

        assert outcome.code == 3
        assert baseline.name in outcome.errors[0]
        assert exam.place.runs == [baseline]

    def test_torn_baselines(self, exam: Exam) -> None:
        exam.place.write("runs/baselines.json", "{")
        outcome = exam.night(n=N)
        assert outcome.code == 3
        remedy = "delete it and set the baselines again: harness baseline set NAME RUN"
        assert outcome.errors[0].endswith(remedy)
        assert exam.place.runs == []

    def test_a_folder_that_no_site_fits_in(self, exam: Exam) -> None:
        letter = exam.place.write("papers/letter.txt", "dear")
        outcome = exam.night("--site", letter.parent, n=N)
        assert outcome.code == 2
        assert "is not empty and holds no site; choose an empty folder" in outcome.errors[0]
        assert exam.place.runs == []


def test_a_night_that_cannot_be_judged_is_published(
    exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam.night(n=N)

    def broken(*_: object, **__: object) -> None:
        raise ArithmeticError("no numbers")

    monkeypatch.setattr("harness.nightly.judge_operands", broken)
    site = exam.place.folder / "site"
    outcome = exam.night("--site", site, n=N)

    assert outcome.code == 3
    assert "the night could not be judged: " in outcome.errors[0]
    assert "no numbers" in outcome.errors[0]
    assert (site / "runs" / f"{exam.place.latest.name}.html").is_file()


class TestNoRoomForTheReport:
    """The run is whole, and only its page does not fit on the disk."""

    def test_a_first_night_is_the_baseline(
        self, exam: Exam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(monkeypatch, lambda path: path.name == "report.html")
        outcome = exam.night(n=N)

        assert outcome.code == 3
        assert "is the first of main: later nights are compared with it" in outcome.out
        (error,) = outcome.errors
        assert error.startswith("the report could not be written: ")
        assert "No space left on device" in error

    def test_a_later_night_is_judged(self, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
        exam.night(n=N)
        fill(monkeypatch, lambda path: path.name == "report.html")
        outcome = exam.night(n=N, wrong=range(60))

        assert outcome.code == 1
        kept = read_judgement(exam.place.latest)
        assert kept is not None
        assert kept.verdict == "regressed"
        assert "No space left on device" in outcome.errors[0]


class TestARunBesideItself:
    """No model is worse than itself: that would always pass."""

    @pytest.mark.parametrize("arguments", [("latest",), ("latest:student",)])
    def test_is_refused(self, exam: Exam, arguments: tuple[str, ...]) -> None:
        run_id = exam.sit(n=N).name
        exam.place.harness("baseline", "set", "main", run_id)
        error = (
            f"BASELINE and CANDIDATE: both sides are run {run_id};"
            " set the baseline before the run that is to be judged"
        )
        for command in (
            ("gate", *arguments, "--baseline", "main"),
            ("compare", "main", *arguments),
        ):
            outcome = exam.place.harness(*command)
            assert (outcome.code, outcome.errors) == (2, [error])


def test_a_model_may_have_a_colon_in_its_name(exam: Exam) -> None:
    exam.sit(n=N, model="org/model:7b:q4")
    exam.place.harness("baseline", "set", "main", "latest")
    folder = exam.sit(n=N, model="org/model:7b:q4")

    sides = ("latest:org/model:7b:q4", "--baseline", "main:org/model:7b:q4")
    outcome = exam.place.harness("gate", *sides)

    assert outcome.code == 0, outcome.err
    kept = read_judgement(folder)
    assert kept is not None
    assert kept.baseline_name == "main"
    wrong = exam.place.harness("gate", "latest:org/model:7b", "--baseline", "main")
    assert "has no model 'org/model:7b'; did you mean 'org/model:7b:q4'?" in wrong.errors[0]


class TestInterruptedNight:
    """The command that is printed goes on with the night."""

    @pytest.fixture
    def printed(self, exam: Exam) -> list[str]:
        """Interrupt the second night of a line; return the command that goes on."""
        exam.night(n=N)
        spec = exam.spec(n=N)
        (program,) = exam.place.folder.glob("student_*.py")
        text = program.read_text(encoding="utf-8")
        stop = "    import pathlib\n    if number == 50 and not pathlib.Path('go').exists():\n"
        stop += "        raise KeyboardInterrupt\n"
        place = text.index("    if number in SILENT")
        name = f"{program.stem}_stops"
        exam.place.write(f"{name}.py", text[:place] + stop + text[place:])
        spec.write_text(
            spec.read_text(encoding="utf-8").replace(program.stem, name), encoding="utf-8"
        )
        outcome = exam.place.harness("nightly", spec, "--line", "main")
        assert outcome.code == 130
        said, _, command = outcome.err.splitlines()[-1].partition(": go on with harness ")
        assert said.startswith("interrupted; what was answered until now is kept in ")
        (exam.place.folder / "go").touch()
        return command.split()

    def test_keeps_its_line_and_is_judged(self, exam: Exam, printed: list[str]) -> None:
        killed = exam.place.latest
        assert exam.place.manifest(killed)["status"] == "interrupted"

        outcome = exam.place.harness(*printed)

        assert outcome.code == 0, outcome.err
        assert exam.place.latest == killed
        manifest = exam.place.manifest(killed)
        assert (manifest["status"], manifest["line"]) == ("complete", "main")
        assert read_judgement(killed) is not None

    def test_of_another_line_is_refused(self, exam: Exam, printed: list[str]) -> None:
        other = [word if word != "main" else "branch" for word in printed]
        outcome = exam.place.harness(*other)
        assert outcome.code == 2
        assert outcome.errors[0].endswith("is a run of the line 'main'; give --line main")
