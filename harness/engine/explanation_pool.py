"""Asks a model what it says of masked texts, many samples' texts at once and none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, isfinite
from typing import TypeAlias

from harness.core.capability import Capability
from harness.core.explained import Row
from harness.core.ports import Session, Task
from harness.core.request import Generate, InsideQuestion, LogLikelihood, Payload
from harness.core.response import (
    Classification,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.asking import Asking
from harness.engine.guess_cache import Unreadable
from harness.engine.guessing import read_guarded
from harness.engine.inside_questions import InsideQuestions
from harness.engine.kept_answers import KeptAnswers
from harness.engine.known_answers import Key, Known, KnownOfModels
from harness.engine.step_answers import Step, StepAnswers, answers_of_steps

WRITTEN_VERSION = 3
"""Changes with what is explained of an answer in words."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of a text."""

    outputs: tuple[str, ...]
    values: Row
    """A probability for each output; of an answer of its own, the log-probability."""
    is_greedy: bool | None = None
    """Of an answer of its own, whether all of its tokens are the model's first choice; None where
    that is not told."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer in words that is not read as a label."""

    text: str
    """Without the white space at its end."""
    is_drawn: bool = False
    """Whether its tokens were drawn, and need not be the model's first choice."""


Reading: TypeAlias = Said | Written | Unreadable
ExplanationCache: TypeAlias = KnownOfModels[Reading]
Told: TypeAlias = StepAnswers[Reading]


@dataclass(frozen=True, slots=True)
class Question:
    """Texts to ask about in place of a sample's own, or questions about the model's inside."""

    sample: Sample
    texts: Sequence[str] = ()
    answer: str | None = None
    """What the log-probability is asked of behind each text; None to ask as the suite does."""
    inside: Sequence[InsideQuestion] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPool:
    """One model, asked by one task."""

    task: Task
    session: Session
    capability: Capability
    known: Known[Reading]
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
        text, _, answer = key
        payload = self.task.ask(sample.with_text(text), self.capability)
        if not answer:
            return payload
        assert isinstance(payload, Generate)  # nothing else is answered in words
        return LogLikelihood(prompt=payload.prompt, continuations=answer, is_written=True)

    def _read(self, key: Key, sample: Sample, output: Output) -> Reading | Failure:
        text, _, answer = key
        asked = sample.with_text(text)
        if answer:
            return _likelihood(answer, output)
        read = read_guarded(self.task, asked, output)
        reading = read if isinstance(read, Failure) else reading_of(asked, output, read)
        if isinstance(reading, Written):
            return replace(reading, is_drawn=self._draws(asked))
        return reading

    def _draws(self, sample: Sample) -> bool:
        payload = self.task.ask(sample, self.capability)
        return isinstance(payload, Generate) and payload.temperature > 0


def _step(question: Question) -> Step:
    sample = question.sample
    answer = () if question.answer is None else (question.answer,)
    wanted = [((text, sample.choices, answer), sample) for text in question.texts]
    return sample, wanted, question.inside


def _likelihood(answer: tuple[str, ...], output: Output) -> Said | Failure:
    if not isinstance(output, LogLikelihoods) or len(output.scores) != 1:
        reason = f"a log-likelihood was asked for, and {type(output).__name__} came back"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    (score,) = output.scores
    value = score.log_likelihood
    if not isfinite(value):
        reason = "the model gives what it has written a log-probability that is no finite number"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    return Said(answer, (value,), score.is_greedy)


def reading_of(sample: Sample, output: Output, read: Output | Unscored) -> Reading | Failure:
    """Return what an answer says of a text.

    Args:
        sample: the one asked about.
        output: as the model gave it.
        read: as the suite read it.
    """
    if isinstance(read, Unscored):
        if isinstance(output, Generation):
            return Unreadable(read.reason)
        return Failure(kind=FailureKind.PROTOCOL, message=read.reason)
    match read:
        case Classification(labels=labels, shares=shares):
            return Said(labels, shares)
        case LogLikelihoods(scores=scores) if len(scores) == len(sample.choices) > 0:
            return _choice(sample, [score.log_likelihood for score in scores])
        case Generation(text=text):
            return Written(text.rstrip())
    reason = f"the suite reads {type(read).__name__} from it, whose parts cannot be weighed"
    return Failure(kind=FailureKind.PROTOCOL, message=reason)


def _choice(sample: Sample, totals: Sequence[float]) -> Said | Failure:
    """Return each choice's share of the likelihood of all choices."""
    highest = max(totals)
    if not isfinite(highest):
        reason = "the model gives every choice probability 0"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    weights = [exp(total - highest) for total in totals]
    whole = sum(weights)
    return Said(sample.choices, tuple(weight / whole for weight in weights))
