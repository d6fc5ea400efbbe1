"""What a pool answers to one step of an inquiry: texts, and questions about the model's inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from harness.core.request import InsideQuestion
from harness.core.response import Failure, InsideAnswer, Usage
from harness.core.sample import Sample
from harness.engine.asking import Asking, Wanted
from harness.engine.inside_questions import InsideQuestions

Value = TypeVar("Value")
Step: TypeAlias = tuple[Sample, Sequence[Wanted], Sequence[InsideQuestion]]
"""The sample that an inquiry is about, the texts it asks about, and what it asks of the inside."""


@dataclass(slots=True)
class StepAnswers(Generic[Value]):
    """What the model says of the texts of one step, in their order."""

    readings: list[Value | Failure] = field(default_factory=list)
    inside: list[InsideAnswer | Failure] = field(default_factory=list)
    """In their order."""
    n_sent: int = 0
    """Texts that were sent for the sake of this step."""
    usages: list[Usage] = field(default_factory=list)
    """What they took, where it is known."""


def answers_of_steps(
    asking: Asking[Value], inside: InsideQuestions, steps: Sequence[Step]
) -> list[StepAnswers[Value]]:
    """Answer one step of each inquiry.

    Raises:
        AdapterError: the model is gone.
    """
    told = [
        StepAnswers(readings=each.values, n_sent=each.n_sent, usages=each.usages)
        for each in asking.answer([texts for _, texts, _ in steps])
    ]
    looked = inside.answer([(sample, wanted) for sample, _, wanted in steps])
    for mine, own in zip(told, looked, strict=True):
        mine.inside = own.values
        mine.usages += own.usages
    return told
