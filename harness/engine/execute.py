"""Sends a task's questions to a session, a window at a time, and pairs answers with samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from harness.core.abilities import DrivenTask, PartlyAskableTask, Replaying
from harness.core.capability import Capability
from harness.core.checked import checked
from harness.core.errors import AdapterError
from harness.core.ports import Session, Task
from harness.core.request import Payload, Request
from harness.core.response import Failure, FailureKind, Response
from harness.core.sample import Sample
from harness.engine.one_context import respond

WINDOW = 8192
"""Requests handed over at once: enough to sort by length, few enough to bound memory."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A sample with what was sent about it and what became of that."""

    sample: Sample
    payload: Payload
    answer: Response | Failure
    is_new: bool = True
    """False for an answer taken over from a run that is resumed."""


def _silence(text: str) -> None:
    """Tell nobody."""


def execute(
    task: Task,
    session: Session,
    capability: Capability,
    samples: Iterable[Sample],
    note: Callable[[str], None] = _silence,
) -> Iterator[Answered]:
    """Yield each sample's answer as it comes, in any order within a window.

    A sample that the session forgets is a failure, and one that it answers twice is answered
    once: the count of samples asked always equals the count of answers.

    Args:
        task: the suite with its data.
        session: the loaded model.
        capability: what the model is asked for.
        samples: those that are still open.
        note: is told how far a task has come that drives the model itself.

    Raises:
        AdapterError: the model is gone, or it answers what nobody asked.
    """
    if isinstance(task, DrivenTask) and not isinstance(session, Replaying):
        for sample, answer in task.drive(samples, session, capability, note):
            yield Answered(sample, task.ask(sample, capability), checked(answer))
        return
    stream = iter(samples)
    while window := list(islice(stream, WINDOW)):
        yield from _one_window(task, session, capability, window)


def _one_window(
    task: Task, session: Session, capability: Capability, window: list[Sample]
) -> Iterator[Answered]:
    samples = {sample.id: sample for sample in window}
    payloads = {sample.id: task.ask(sample, capability) for sample in window}
    refused = dict(_unaskable(task, window))
    for name, failure in refused.items():
        yield Answered(samples[name], payloads[name], failure)
    asked = {name: payload for name, payload in payloads.items() if name not in refused}
    for name, answer in answers_to(session, asked):
        yield Answered(samples[name], payloads[name], answer)


def _unaskable(task: Task, window: Iterable[Sample]) -> Iterator[tuple[str, Failure]]:
    if isinstance(task, PartlyAskableTask):
        for sample in window:
            if (failure := task.unaskable(sample)) is not None:
                yield sample.id, failure


def answers_to(
    session: Session, payloads: Mapping[str, Payload]
) -> Iterator[tuple[str, Response | Failure]]:
    """Send all questions at once; yield the name of each with its one answer, in any order.

    Args:
        session: the loaded model.
        payloads: by name; at most :data:`WINDOW` of them should be sent together.

    Raises:
        AdapterError: the model is gone, or it answers what nobody asked.
    """
    still_open = dict.fromkeys(payloads)
    for exchange in respond(session, [Request(name, each) for name, each in payloads.items()]):
        name = exchange.request.id
        if name not in payloads:
            raise AdapterError(f"the adapter answered {name!r}, which was not asked")
        if name in still_open:
            del still_open[name]
            yield name, checked(exchange.answer)
    for name in still_open:
        yield name, Failure(kind=FailureKind.PROTOCOL, message="the adapter gave no answer")
