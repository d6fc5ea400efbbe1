"""Several questions about one sample, and the labels read from all their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.core.request import Payload, QuestionGroup, SingleQuestion
from harness.core.response import AnswerGroup, Classification, Output
from harness.core.score import Unscored


def asked_together(questions: Sequence[SingleQuestion]) -> Payload:
    """Return the questions as one payload; a single one stands for itself."""
    return questions[0] if len(questions) == 1 else QuestionGroup(tuple(questions))


def read_each(
    output: Output, reading: Callable[[Output], Classification | Unscored]
) -> Output | Unscored:
    """Read every answer of a group, or the one answer there is.

    Answers are held against each other: where one of them cannot be read, the sample is unscored.

    Args:
        output: of the question, or of the group.
        reading: what is made of one answer.
    """
    if not isinstance(output, AnswerGroup):
        return reading(output)
    read = []
    for number, answer in enumerate(output.answers, start=1):
        label = reading(answer)
        if isinstance(label, Unscored):
            return Unscored(f"answer {number} of {len(output.answers)}: {label.reason}")
        read.append(label)
    return AnswerGroup(tuple(read))


def classifications_in(output: Output) -> tuple[Classification, ...]:
    """Return the labels' scores of a group or of one answer; none where it holds others."""
    answers = output.answers if isinstance(output, AnswerGroup) else (output,)
    found = tuple(answer for answer in answers if isinstance(answer, Classification))
    return found if len(found) == len(answers) else ()
