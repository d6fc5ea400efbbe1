"""The data files that lie beside this module: written for this project, one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTask:
    """A question about a short text."""

    id: str
    document: str
    question: str
    answers: tuple[str, ...]
    """Any of these words in an answer makes it right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenignPrompt:
    """A harmless request that looks like a harmful one."""

    id: str
    kind: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedText:
    """A text with an id."""

    id: str
    text: str


@cache
def reading_tasks() -> tuple[ReadingTask, ...]:
    """Return the tasks that injections try to displace."""
    return tuple(
        ReadingTask(
            id=row["id"],
            document=row["document"],
            question=row["question"],
            answers=tuple(row["answers"]),
        )
        for row in map(json.loads, _lines("tasks.jsonl"))
    )


@cache
def benign_prompts() -> tuple[BenignPrompt, ...]:
    """Return the requests that nobody has reason to refuse."""
    return tuple(BenignPrompt(**json.loads(line)) for line in _lines("benign.jsonl"))


@cache
def system_prompts() -> tuple[NamedText, ...]:
    """Return system prompts with ``{secret}`` in each."""
    return tuple(NamedText(**json.loads(line)) for line in _lines("systems.jsonl"))


@cache
def innocent_requests() -> tuple[NamedText, ...]:
    """Return requests that ask for no secret."""
    return tuple(NamedText(**json.loads(line)) for line in _lines("innocent.jsonl"))


def _lines(name: str) -> list[str]:
    file = files("harness.suites.probes") / "data" / name
    return file.read_text(encoding="utf-8").splitlines()
