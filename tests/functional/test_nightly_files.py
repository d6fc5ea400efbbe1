"""The files of examples/nightly pass the linters of those who read them, and say what they mean."""

from __future__ import annotations

import subprocess
import sysconfig
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from croniter import croniter
from fakes.workplace import Workplace
from pages.schedules import (
    FOLDER,
    Script,
    crontab,
    github_job,
    harness_commands,
    load_yaml,
    scripts,
)

from harness.cli.exits import ExitCode
from harness.cli.main import cli
from harness.config import load_spec
from harness.core.build import Problems, build
from harness.core.errors import ConfigError
from harness.core.policy import Gate, Policy
from harness.core.run import Status
from harness.engine.plan import check_capabilities

_YAML_RULES = """
extends: default
rules:
  truthy: {check-keys: false} # GitHub's `on`
  document-start: disable
  line-length: {max: 100}
"""
_PINS = "rules: {unpinned-uses: {config: {policies: {'actions/*': ref-pin, '*': hash-pin}}}}\n"
"""zizmor: GitHub's own actions by tag, as the file says; those of others by commit."""


@dataclass(frozen=True, slots=True)
class Linter:
    """A program that judges one file, and a fault that it must see."""

    file: str
    command: tuple[str, ...]
    right: str
    wrong: str
    told: str

    def judge(self, path: Path) -> subprocess.CompletedProcess[str]:
        """Run it; FileNotFoundError, and no pass, where it is not installed."""
        program = Path(sysconfig.get_path("scripts")) / self.command[0]
        return subprocess.run(
            [program, *self.command[1:], path],
            capture_output=True,
            text=True,
            check=False,
            env={"NO_COLOR": "1", "PATH": ""},
            timeout=60,
        )


_STYLE = ("yamllint", "--strict", "-d", _YAML_RULES)
_ZIZMOR = ("zizmor", "--offline", "--persona=auditor", "--strict-collection", "--config")
_SCHEMA = ("check-jsonschema", "--builtin-schema")
_GITLAB = (*_SCHEMA, "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
LINTERS = {
    "yamllint on GitHub's": Linter(
        "github-actions.yml", _STYLE, "permissions: {}", "permissions:   {}", "too many spaces"
    ),
    "yamllint on GitLab's": Linter(
        "gitlab-ci.yml", _STYLE, "    - cd nightly\n", "     - cd nightly\n", "syntax error"
    ),
    "yamllint on Kubernetes'": Linter(
        "kubernetes-cronjob.yaml",
        _STYLE,
        "  schedule:",
        "  schedule: x\n  schedule:",
        "duplication",
    ),
    "schema of GitHub's": Linter(
        "github-actions.yml",
        (*_SCHEMA, "vendor.github-workflows"),
        "runs-on:",
        "run-on:",
        "run-on",
    ),
    "security of GitHub's": Linter(
        "github-actions.yml", _ZIZMOR, "echo ", "echo ${{ github.head_ref }} ", "template-injection"
    ),
    "schema of GitLab's": Linter(
        "gitlab-ci.yml", _GITLAB, "interruptible: false", "interruptible: maybe", "interruptible"
    ),
    "schema of Kubernetes'": Linter(
        "kubernetes-cronjob.yaml",
        ("kubernetes-validate", "--strict"),
        "backoffLimit: 0",
        "backofLimit: 0",
        "backofLimit",
    ),
    "hadolint": Linter(
        "Dockerfile",
        ("hadolint", "--failure-threshold", "ignore"),
        "--no-cache-dir ",
        "",
        "DL3042",
    ),
}


def _configured(linter: Linter, folder: Path) -> Linter:
    """Give zizmor its configuration as the file that it wants."""
    if linter.command != _ZIZMOR:
        return linter
    config = folder / "zizmor.yml"
    config.write_text(_PINS, encoding="utf-8")
    command = (*linter.command, str(config))
    return Linter(linter.file, command, linter.right, linter.wrong, linter.told)


@pytest.mark.parametrize("linter", LINTERS.values(), ids=LINTERS)
def test_linter_finds_nothing(linter: Linter, tmp_path: Path) -> None:
    done = _configured(linter, tmp_path).judge(FOLDER / linter.file)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("linter", LINTERS.values(), ids=LINTERS)
def test_linter_would_find_something(linter: Linter, tmp_path: Path) -> None:
    text = (FOLDER / linter.file).read_text(encoding="utf-8")
    assert linter.right in text
    bad = tmp_path / linter.file
    bad.write_text(text.replace(linter.right, linter.wrong), encoding="utf-8")

    done = _configured(linter, tmp_path).judge(bad)

    assert done.returncode != 0
    assert linter.told in done.stdout + done.stderr


def _shellcheck(shell: str, dialect: str) -> str:
    """Return what ShellCheck has to say."""
    done = subprocess.run(
        [Path(sysconfig.get_path("scripts")) / "shellcheck", "--shell", dialect, "--norc", "-"],
        input=shell,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "script", list(scripts()), ids=lambda script: f"{script.file}: {script.name}"
)
def test_shell_is_sound(script: Script) -> None:
    assert _shellcheck(script.text, script.dialect) == ""
    assert "${{" not in script.text, "an expression in shell is an injection waiting to happen"


def test_shellcheck_would_find_something() -> None:
    assert "SC2086" in _shellcheck("read -r line\necho $line\n", "sh")
    assert "SC3010" in _shellcheck('[[ "$1" ]]\n', "sh")


def test_each_schedule_comes_once_a_day() -> None:
    workflow = load_yaml("github-actions.yml")
    (github,) = workflow[True]["schedule"]  # YAML 1.1 reads `on` as true
    times = [
        crontab().time,
        github["cron"],
        load_yaml("kubernetes-cronjob.yaml")["spec"]["schedule"],
    ]

    for time in times:
        assert croniter.is_valid(time)
        turns = croniter(time, datetime(2026, 2, 27, tzinfo=UTC), ret_type=datetime)
        nights = [turns.get_next() for _ in range(4)]
        assert [night.day for night in nights] == [27, 28, 1, 2]
        assert {night.minute for night in nights} != {0}


def test_crontab_is_what_cron_can_read() -> None:
    table = crontab()

    assert set(table.environment) == {"SHELL", "PATH", "MAILTO", "HF_HUB_OFFLINE"}
    for value in table.environment.values():
        assert "$" not in value
        assert "~" not in value
    assert "%" not in table.command, "cron takes it for the end of the line"
    script = FOLDER / table.command.split()[-1].removeprefix("/srv/nightly/")
    assert script.stat().st_mode & 0o111, "cannot be executed"


COMMANDS = list(harness_commands())


@pytest.mark.parametrize(("file", "words"), COMMANDS, ids=lambda value: str(value)[:60])
def test_command_is_one_that_the_harness_understands(
    file: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del file
    monkeypatch.chdir(FOLDER)
    words = [word.removeprefix("/opt/nightly/") for word in words]

    _parse(words)

    for word in words:
        if word.endswith(".toml"):
            assert (FOLDER / word).is_file()


@pytest.mark.parametrize(
    "words",
    ["run nightly.toml --limmit 3", "run", "runn nightly.toml", "baseline sett main latest"],
)
def test_a_misspelt_command_would_not_pass(words: str) -> None:
    with pytest.raises(click.UsageError):
        _parse(["harness", *words.split()])


def _parse(words: list[str]) -> None:
    """Read a command line as click does, and carry nothing out."""
    assert words[0] == "harness"
    command: click.Command = cli
    with click.Context(cli) as context:
        rest = words[1:]
        while isinstance(command, click.Group):
            _, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command = found
        command.make_context(command.name, rest, parent=context)


def test_every_scheduler_runs_the_same_job() -> None:
    jobs: dict[str, list[str]] = {}
    for file, words in COMMANDS:
        if words[1] == "nightly":
            jobs[file] = [word.removeprefix("/opt/nightly/") for word in words]

    assert set(jobs) == {
        "nightly.sh",
        "github-actions.yml",
        "gitlab-ci.yml",
        "Dockerfile",
        "kubernetes-cronjob.yaml",
        "README.md",
    }
    assert len({tuple(words) for words in jobs.values()}) == 1


def test_policy_is_understood() -> None:
    problems = Problems()
    table = tomllib.loads((FOLDER / "gate.toml").read_text(encoding="utf-8"))

    policy = build(Policy, table, "gate.toml", problems)

    problems.raise_any()
    assert isinstance(policy, Policy)
    assert [gate.metric for gate in policy.gate] == ["f1_macro", "f1_macro", "log_loss"]
    # The page says that what stands above the gates are the defaults, and shows all there are.
    assert policy == Policy(gate=policy.gate)
    assert set(table) == set(Policy.__dataclass_fields__)


def test_policy_with_a_misspelt_key_would_not_be() -> None:
    problems = Problems()

    build(Policy, {"gate": [{"metrik": "f1_macro"}]}, "gate.toml", problems)

    with pytest.raises(ConfigError, match="metric"):
        problems.raise_any()


def test_each_gate_holds_something_that_the_spec_measures(place: Workplace) -> None:
    done = place.harness("run", FOLDER / "nightly.toml")

    assert done.code == ExitCode.PASS, done.err
    assert place.manifest()["status"] == Status.COMPLETE
    measured = {(suite, quantity) for _, suite, quantity in place.values()}
    table = tomllib.loads((FOLDER / "gate.toml").read_text(encoding="utf-8"))
    gates = [Gate(**gate) for gate in table["gate"]]
    for gate in gates:
        suites = {"messages", "messages-with-typos"} if gate.suite == "*" else {gate.suite}
        assert {(suite, gate.metric) for suite in suites} <= measured


def test_spec_is_valid_and_takes_its_data_from_the_folder() -> None:
    spec = load_spec(FOLDER / "nightly.toml")

    check_capabilities(spec)
    assert [suite.name for suite in spec.suites] == ["messages", "messages-with-typos"]
    table = tomllib.loads((FOLDER / "nightly.toml").read_text(encoding="utf-8"))
    for path in (*(suite["data"]["path"] for suite in table["suite"]), "data/train.csv"):
        assert (FOLDER / path).resolve().is_relative_to(FOLDER)


class TestNightsAreKept:
    """A night that fails is one that the next must know of."""

    def test_github_saves_after_a_failure_what_it_restores(self) -> None:
        steps = {step.get("uses", "").partition("@")[0]: step for step in github_job()["steps"]}
        restore, save = steps["actions/cache/restore"], steps["actions/cache/save"]

        assert save["if"].startswith("always()")
        assert save["with"]["path"] == restore["with"]["path"]
        assert restore["with"]["key"].startswith(restore["with"]["restore-keys"])
        assert "github.run_attempt" in restore["with"]["key"], "a second try needs a key too"

    def test_gitlab_saves_after_a_failure(self) -> None:
        cache = load_yaml("gitlab-ci.yml")["nightly"]["cache"][0]

        assert cache["when"] == "always"
        assert "nightly/runs/" in cache["paths"]

    def test_kubernetes_and_docker_keep_the_same_folder(self) -> None:
        pod = _pod()
        (container,) = pod["containers"]
        (claimed,) = (v["name"] for v in pod["volumes"] if "persistentVolumeClaim" in v)
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")

        assert f'VOLUME ["{mounts[claimed]}"]' in dockerfile
        assert f"WORKDIR {mounts[claimed]}\n" in dockerfile


class TestNobodyIsRoot:
    """What the image promises is what the cluster asks for."""

    def test_user_of_the_image_is_the_user_of_the_pod(self) -> None:
        dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
        context = _pod()["securityContext"]

        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0
        assert f"USER {context['runAsUser']}:{context['runAsGroup']}\n" in dockerfile

    def test_container_may_do_little(self) -> None:
        (container,) = _pod()["containers"]
        context = container["securityContext"]

        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]) == {"requests", "limits"}


def _pod() -> Mapping[str, Any]:
    spec = load_yaml("kubernetes-cronjob.yaml")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    return dict(spec["jobTemplate"]["spec"]["template"]["spec"])


def test_cluster_names_each_exit_code_and_tries_no_second_time() -> None:
    job = load_yaml("kubernetes-cronjob.yaml")["spec"]["jobTemplate"]["spec"]
    rules = [rule for rule in job["podFailurePolicy"]["rules"] if "onExitCodes" in rule]

    assert job["backoffLimit"] == 0
    assert {rule["action"] for rule in rules} == {"FailJob"}
    codes = [code for rule in rules for code in rule["onExitCodes"]["values"]]
    assert codes == [code.value for code in ExitCode if code is not ExitCode.PASS]


def test_gitlab_warns_of_what_is_undecided_and_fails_for_the_rest() -> None:
    allowed = load_yaml("gitlab-ci.yml")["nightly"]["allow_failure"]

    assert allowed == {"exit_codes": ExitCode.INCONCLUSIVE}


def test_folder_page_tells_of_each_file_and_each_exit_code() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")

    for path in FOLDER.iterdir():
        if path.name not in ("README.md", "runs", "site", "logs"):
            assert f"`{path.name}`" in page
    for code in ExitCode:
        assert f"| {code.value} |" in page
