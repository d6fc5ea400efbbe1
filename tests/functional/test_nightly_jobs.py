"""The shell of examples/nightly, run with a stand-in for the harness, and with the harness."""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pages.schedules import FOLDER, Script, crontab, scripts

from harness.cli.exits import ExitCode

_STAND_IN = """\
#!/bin/sh
# Leaves what a night leaves, unless it could not start, and ends as it is told.
echo "$*" >> called
if [ "$1" = report ]; then
    echo "report of tonight" > "${6:-/dev/stdout}"
    exit 0
fi
echo "the verdict of tonight"
sleep 0.05 # as a run takes its time: files of one tick of the clock have the same age
if [ "$CODE" != 2 ]; then
    mkdir -p runs/20260102T020000000-aaaaaa
    cd runs/20260102T020000000-aaaaaa || exit 3
    : > manifest.json
    if [ -z "$FIRST" ]; then
        echo "verdict of tonight" > gate.md
        echo "<testsuites/>" > gate.xml
    fi
fi
exit "$CODE"
"""
_GITHUB = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
_GITLAB = ("sh", "-c")


def _ending(code: int) -> dict[str, str]:
    """Tell the stand-in how to end."""
    return {"CODE": str(int(code))}


@dataclass(frozen=True, slots=True)
class Night:
    """A copy of the folder, with a harness on its path."""

    folder: Path
    path: str

    def shell(
        self, command: Iterable[str], environment: Mapping[str, str], cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program with little more of an environment than cron gives."""
        return subprocess.run(
            list(command),
            cwd=cwd or self.folder,
            env={"PATH": self.path, "HOME": str(self.folder.parent), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    @property
    def top(self) -> Path:
        """The repository that the folder was copied into."""
        return self.folder.parent

    @property
    def calls(self) -> list[str]:
        """What the stand-in was called with."""
        called = self.folder / "called"
        return called.read_text(encoding="utf-8").splitlines() if called.exists() else []


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """A repository with the folder ``nightly``, one night in the past, and a stand-in."""
    folder = _copied(tmp_path)
    before = folder / "runs" / "20260101T020000000-aaaaaa"
    before.mkdir(parents=True)
    for name in ("manifest.json", "gate.md", "gate.xml"):
        (before / name).write_text("verdict of yesterday", encoding="utf-8")
        os.utime(before / name, (time.time() - 86_400,) * 2)
    program = tmp_path / "bin" / "harness"
    program.parent.mkdir()
    program.write_text(_STAND_IN, encoding="utf-8")
    program.chmod(0o755)
    return Night(folder, f"{program.parent}:/usr/local/bin:/usr/bin:/bin")


def _copied(place: Path) -> Path:
    ignored = shutil.ignore_patterns("runs", "site", "logs", "started", "nightly.lock")
    return Path(shutil.copytree(FOLDER, place / "nightly", ignore=ignored))


def _script(file: str, name: str) -> Script:
    return next(script for script in scripts() if (script.file, script.name) == (file, name))


@pytest.fixture
def cron(night: Night) -> tuple[str, ...]:
    """The command of the crontab as cron starts it, for the copy."""
    table = crontab()
    command = table.command.replace("/srv/nightly", str(night.folder))
    return (table.environment["SHELL"], "-c", command)


class TestCron:
    """It mails what is printed, and nothing else tells of a night."""

    @pytest.mark.parametrize("code", ExitCode)
    def test_prints_unless_all_is_well_and_keeps_the_code(
        self, night: Night, cron: tuple[str, ...], code: ExitCode
    ) -> None:
        done = night.shell(cron, _ending(code), cwd=Path("/"))

        assert done.returncode == code
        assert done.stderr == ""
        is_told = "the verdict of tonight" in done.stdout
        assert is_told is (code is not ExitCode.PASS)
        assert bool(done.stdout) is is_told
        assert "none of the harness's own" not in done.stdout

    def test_mails_nothing_of_an_earlier_run_of_the_day(
        self, night: Night, cron: tuple[str, ...]
    ) -> None:
        night.shell(cron, _ending(1))
        with (night.folder / "nightly.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            beside = night.shell(cron, _ending(1))
        after = night.shell(cron, _ending(1))

        assert "the verdict of tonight" not in beside.stdout
        assert after.stdout.count("the verdict of tonight") == 1
        (log,) = (night.folder / "logs").iterdir()
        lines = log.read_text(encoding="utf-8").splitlines()
        assert [":" in line for line in lines] == [True, False, True, True, False]  # the date first

    def test_says_so_where_the_harness_is_not_found(
        self, night: Night, cron: tuple[str, ...]
    ) -> None:
        shutil.rmtree(night.top / "bin")

        done = night.shell(cron, {})

        assert done.returncode == 127
        assert "none of the harness's own" in done.stdout

    def test_does_not_start_beside_the_night_before(
        self, night: Night, cron: tuple[str, ...]
    ) -> None:
        with (night.folder / "nightly.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = night.shell(cron, _ending(0))

        assert done.returncode == 75
        assert "still holds" in done.stdout
        assert night.calls == []
        assert night.shell(cron, _ending(0)).returncode == 0
        assert len(night.calls) == 1

    def test_keeps_logs_for_three_months(self, night: Night, cron: tuple[str, ...]) -> None:
        logs = night.folder / "logs"
        logs.mkdir()
        for name, days in (("old.log", 92), ("recent.log", 60)):
            (logs / name).touch()
            os.utime(logs / name, (time.time() - days * 86_400,) * 2)

        for _ in range(2):
            night.shell(cron, _ending(0))

        assert not (logs / "old.log").exists()
        assert (logs / "recent.log").exists()
        written = [log.read_text() for log in logs.iterdir() if log.name != "recent.log"]
        assert [text.count("the verdict of tonight\n") for text in written] == [2]


class TestGitHub:
    """The summary is there when the gate fails, and is tonight's."""

    @pytest.fixture
    def files(self, night: Night) -> dict[str, str]:
        named = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output"}
        return {name: str(night.top / file) for name, file in named.items()}

    @pytest.mark.parametrize("code", ExitCode)
    def test_step_ends_as_the_harness_does_and_says_why(
        self, night: Night, files: dict[str, str], code: ExitCode
    ) -> None:
        judge = _script("github-actions.yml", "Judge")

        done = night.shell([*_GITHUB, judge.text], files | _ending(code))

        assert done.returncode == code
        assert ("::error title=" in done.stdout) is (code is not ExitCode.PASS)
        assert "none of the harness's own" not in done.stdout

    @pytest.mark.parametrize("code", [0, 1, 2])
    def test_summary_is_that_of_tonight(
        self, night: Night, files: dict[str, str], code: int
    ) -> None:
        for name in ("Judge", "Write the summary"):
            text = _script("github-actions.yml", name).text
            done = night.shell([*_GITHUB, text], files | _ending(code))

        assert done.returncode == 0, done.stderr
        summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
        output = Path(files["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
        is_run = code != 2
        assert summary.startswith("verdict of tonight" if is_run else "No run")
        assert output == f"run={'runs/20260102T020000000-aaaaaa' if is_run else ''}\n"

    def test_summary_of_a_first_night_is_its_report(
        self, night: Night, files: dict[str, str]
    ) -> None:
        for name in ("Judge", "Write the summary"):
            text = _script("github-actions.yml", name).text
            night.shell([*_GITHUB, text], files | _ending(0) | {"FIRST": "yes"})

        summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
        assert summary == "report of tonight\n"


class TestGitLab:
    """The job's result is the harness's, and the artifacts are tonight's."""

    @pytest.mark.parametrize("code", ExitCode)
    def test_artifacts_are_those_of_tonight(self, night: Night, code: ExitCode) -> None:
        _install_nothing(night)

        job = _script("gitlab-ci.yml", "script")
        done = night.shell([*_GITLAB, job.text], _ending(code), cwd=night.top)
        after_script = _script("gitlab-ci.yml", "after_script")
        after = night.shell([*_GITLAB, after_script.text], {}, cwd=night.top)

        assert done.returncode == code
        assert after.returncode == 0, after.stderr
        junit = night.folder / "tonight" / "gate.xml"
        assert junit.exists() is (code is not ExitCode.USAGE)
        if junit.exists():
            assert junit.read_text(encoding="utf-8") == "<testsuites/>\n"

    def test_tests_of_a_first_night_are_its_suites(self, night: Night) -> None:
        _install_nothing(night)
        for name in ("script", "after_script"):
            text = _script("gitlab-ci.yml", name).text
            night.shell([*_GITLAB, text], _ending(0) | {"FIRST": "yes"}, cwd=night.top)

        junit = night.folder / "tonight" / "gate.xml"
        assert junit.read_text(encoding="utf-8") == "report of tonight\n"

    def test_sets_the_baseline_only_when_asked(self, night: Night) -> None:
        _install_nothing(night)
        after = [*_GITLAB, _script("gitlab-ci.yml", "after_script").text]
        night.shell([*_GITLAB, _script("gitlab-ci.yml", "script").text], _ending(1), cwd=night.top)

        night.shell(after, _ending(0), cwd=night.top)
        assert night.calls[1:] == []
        night.shell(after, {"ACCEPT": "yes", **_ending(0)}, cwd=night.top)
        assert night.calls[1:] == ["baseline set main runs/20260102T020000000-aaaaaa"]

    def test_says_that_there_are_no_earlier_nights(self, night: Night) -> None:
        _install_nothing(night)
        text = _script("gitlab-ci.yml", "script").text

        first = night.shell([*_GITLAB, text], _ending(0), cwd=night.top)
        (night.folder / "runs" / "baselines.json").touch()
        second = night.shell([*_GITLAB, text], _ending(0), cwd=night.top)

        assert "No earlier nights" in first.stdout
        assert "No earlier nights" not in second.stdout


def _install_nothing(night: Night) -> None:
    python = night.top / "bin" / "python"
    python.write_text("#!/bin/sh\n", encoding="utf-8")
    python.chmod(0o755)


@pytest.mark.slow  # half a minute; the tests above run the same jobs with a stand-in
def test_three_nights_with_the_harness_itself(tmp_path: Path) -> None:
    """A first night, one like it, and one with a model that was fitted on wrong labels."""
    folder = _copied(tmp_path)
    night = Night(folder, f"{sysconfig.get_path('scripts')}:/usr/bin:/bin")

    settings = {"HARNESS_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    codes, mails = [], []
    for spoil in (False, False, True):
        if spoil:
            _spoil(folder / "data" / "train.csv")
        done = night.shell(["./nightly.sh"], settings)
        codes.append(done.returncode)
        mails.append(done.stdout)

    assert codes == [0, 0, 1], mails
    assert mails[:2] == ["", ""]
    assert mails[2].startswith("REGRESSION")
    runs = sorted(path.parent for path in (folder / "runs").glob("*/manifest.json"))
    assert len(runs) == 3
    for name in ("report.html", "judgement.json", "gate.md", "gate.xml"):
        assert (runs[2] / name).stat().st_size > 0
    assert "regressed" in (runs[2] / "gate.md").read_text(encoding="utf-8").lower()
    assert "<failure" in (runs[2] / "gate.xml").read_text(encoding="utf-8")
    assert (folder / "site" / "index.html").is_file()


def _spoil(train: Path) -> None:
    """Swap two of the four labels."""
    with train.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    swapped = {"returns": "delivery", "delivery": "returns"}
    spoilt = [[text, swapped.get(queue, queue)] for text, queue in rows]
    with train.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *spoilt])
