"""What a model answers to each sample of a task."""

from __future__ import annotations

from typing import Any

from harness.core.capability import Capability
from harness.core.ports import Task
from harness.core.request import Request
from harness.core.response import Output, Response
from harness.core.sample import Sample
from harness.engine.one_context import respond


def answers(session: Any, task: Task) -> list[tuple[Sample, Output]]:
    """Ask for scores about every sample; none may fail."""
    samples = list(task.samples())
    requests = [Request(one.id, task.ask(one, Capability.SCORES)) for one in samples]
    by_id = {each.request.id: each.answer for each in respond(session, requests)}
    found = []
    for sample in samples:
        answer = by_id[sample.id]
        assert isinstance(answer, Response)
        found.append((sample, answer.output))
    return found
