"""The shell, and the commands of the harness, in the files that run a nightly job."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from pages.commands import commands_in
from pages.generated import ROOT

FOLDER = ROOT / "examples" / "nightly"
_ENV = re.compile(r"([A-Z_]+)=(.*)")
_JOB = re.compile(r"((?:\S+ ){5})(.+)")
_INSTRUCTION = re.compile(r"^(ENTRYPOINT|CMD) (\[.*\])$", re.MULTILINE)
_ENDS = ("|", "||", "&", "&&", ";", ";;", ")", ">", ">>", ">&")
_STRICT = "set -e\n"  # how GitHub and GitLab run a script
_JOINED = re.compile(r"\\\n\s*")


@dataclass(frozen=True, slots=True)
class Script:
    """A piece of shell, and who runs it."""

    file: str
    name: str
    text: str
    dialect: str
    """What it must be valid for: ``bash``, or ``sh`` where the scheduler may choose."""


@dataclass(frozen=True, slots=True)
class Crontab:
    """What cron reads."""

    environment: dict[str, str]
    time: str
    """The five fields."""
    command: str


def load_yaml(name: str) -> Any:
    """Return the last document of a YAML file of the folder."""
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))[-1]


def github_job() -> dict[str, Any]:
    """Return the workflow's only job."""
    (job,) = load_yaml("github-actions.yml")["jobs"].values()
    return dict(job)


def crontab() -> Crontab:
    """Read the crontab.

    Raises:
        ValueError: a line that is neither a comment, nor a variable, nor the one job.
    """
    environment, jobs = {}, []
    for line in (FOLDER / "crontab").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if assigned := _ENV.fullmatch(line):
            environment[assigned[1]] = assigned[2]
        elif job := _JOB.fullmatch(line):
            jobs.append(job)
        else:
            raise ValueError(f"cron does not understand {line!r}")
    (job,) = jobs
    return Crontab(environment, job[1].strip(), job[2])


def scripts() -> Iterator[Script]:
    """Yield every piece of shell in the folder."""
    yield Script(
        "nightly.sh", "the script", (FOLDER / "nightly.sh").read_text(encoding="utf-8"), "bash"
    )
    yield Script("crontab", "the command", crontab().command, "bash")
    for step in github_job()["steps"]:
        if "run" in step:
            yield Script("github-actions.yml", step["name"], _STRICT + step["run"], "bash")
    job = load_yaml("gitlab-ci.yml")["nightly"]
    before = "\n".join([*job["before_script"], *job["script"]])  # one shell runs both
    yield Script("gitlab-ci.yml", "script", _STRICT + before, "sh")
    after = "\n".join(job["after_script"])
    yield Script("gitlab-ci.yml", "after_script", _STRICT + after, "sh")


def harness_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each file with the words of each command of the harness in it."""
    for script in scripts():
        yield from ((script.file, words) for words in _commands_of(script.text))
    for command in commands_in(FOLDER / "README.md"):
        yield from (("README.md", words) for words in _commands_of(command.text))
    image = dict(_INSTRUCTION.findall((FOLDER / "Dockerfile").read_text(encoding="utf-8")))
    entry = json.loads(image["ENTRYPOINT"])
    yield "Dockerfile", [*entry, *json.loads(image["CMD"])]
    job = load_yaml("kubernetes-cronjob.yaml")["spec"]["jobTemplate"]["spec"]
    (container,) = job["template"]["spec"]["containers"]
    yield "kubernetes-cronjob.yaml", [*container.get("command", entry), *container["args"]]


def _commands_of(shell: str) -> Iterator[list[str]]:
    """Find ``harness`` where it begins a line; redirections and what follows are no part of it.

    >>> list(_commands_of("a && b \\\\\\n  harness run x.toml >>log || c"))
    [['harness', 'run', 'x.toml']]
    """
    for line in _JOINED.sub("\n", shell).splitlines():
        if not line.strip().startswith("harness "):
            continue
        lexer = shlex.shlex(line.strip(), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
        ends = [place for place, word in enumerate(words) if word in _ENDS]
        yield words[: min(ends, default=len(words))]
