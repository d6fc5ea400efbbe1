"""Asks a model what it takes texts for, many samples' texts at once and none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness.core.attacked import Guess
from harness.core.capability import Capability
from harness.core.ports import Session, Task
from harness.core.request import Differentiate, Payload
from harness.core.response import (
    Classification,
    Failure,
    FailureKind,
    Generation,
    Output,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.asking import Asking
from harness.engine.breakdown import sentence_of
from harness.engine.guess_cache import Guesses, Reading, Unreadable, key_of
from harness.engine.inside_questions import InsideQuestions
from harness.engine.kept_answers import KeptAnswers
from harness.engine.known_answers import Key
from harness.engine.step_answers import Step, StepAnswers, answers_of_steps

Told: TypeAlias = StepAnswers[Reading]


@dataclass(frozen=True, slots=True)
class Question:
    """Texts to ask about in place of a sample's own, or gradients to ask for at such texts."""

    sample: Sample
    texts: Sequence[str] = ()
    gradients: Sequence[Differentiate] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessing:
    """One model, asked by one task."""

    task: Task
    session: Session
    capability: Capability
    known: Guesses
    kept: KeptAnswers | None = None
    """Of earlier runs; None where they are not to serve."""

    def answer(self, questions: Sequence[Question]) -> list[Told]:
        """Answer all questions, from what is known where it is.

        Raises:
            AdapterError: the model is gone.
        """
        asking = Asking(
            session=self.session,
            pose=self._pose,
            read=self._read,
            known=self.known,
            kept=self.kept,
        )
        inside = InsideQuestions(self.task, self.session, self.capability)
        return answers_of_steps(asking, inside, [_step(each) for each in questions])

    def _pose(self, key: Key, sample: Sample) -> Payload:
        return self.task.ask(sample.with_text(key[0]), self.capability)

    def _read(self, key: Key, sample: Sample, output: Output) -> Reading | Failure:
        asked = sample.with_text(key[0])
        read = read_guarded(self.task, asked, output)
        return read if isinstance(read, Failure) else reading_of(asked, output, read)


def _step(question: Question) -> Step:
    sample = question.sample
    return sample, [(key_of(sample, text), sample) for text in question.texts], question.gradients


def read_guarded(task: Task, sample: Sample, output: Output) -> Output | Unscored | Failure:
    """Return what a task reads from an answer; what it breaks on costs this answer alone."""
    try:
        return task.read(sample, output)
    except (Exception, SystemExit) as defect:  # noqa: BLE001 - a stranger's suite may raise anything
        return Failure(kind=FailureKind.CRASHED, message=sentence_of(defect))


def reading_of(sample: Sample, output: Output, read: Output | Unscored) -> Reading | Failure:
    """Return what an answer says about the right label of a sample.

    A model that writes may write what names no label: that is an answer, if of no use. Scores that
    no label can be read from are a fault of the model or of the labels that the suite knows.

    Args:
        sample: the one asked about.
        output: as the model gave it.
        read: as the suite read it.
    """
    if isinstance(read, Unscored):
        if isinstance(output, Generation):
            return Unreadable(read.reason)
        return Failure(kind=FailureKind.PROTOCOL, message=read.reason)
    if not isinstance(read, Classification):
        reason = f"the suite reads {type(read).__name__} from it, and no label"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    return guess_of(sample, read)


def guess_of(sample: Sample, read: Classification) -> Guess:
    """Return what a classification says about the right label of a sample."""
    label = read.label
    shares = read.shares
    p_right = sum(
        share for name, share in zip(read.labels, shares, strict=True) if name in sample.targets
    )
    return Guess(label=label, is_right=label in sample.targets, p_right=p_right)
