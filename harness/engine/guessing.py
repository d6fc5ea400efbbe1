"""Asks a model what it takes texts for, many samples' texts at once and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import exp

from harness.core.attacked import Guess
from harness.core.capability import Capability
from harness.core.ports import Session, Task
from harness.core.request import Classify, Differentiate, Payload
from harness.core.response import (
    Classification,
    Failure,
    FailureKind,
    Generation,
    Output,
    Response,
    Usage,
)
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.core.token_gradients import TokenGradients
from harness.engine import gradient_questions
from harness.engine.breakdown import sentence_of
from harness.engine.execute import WINDOW, answers_to
from harness.engine.guess_cache import Guesses, Key, Reading, Unreadable, key_of
from harness.engine.kept_answers import KeptAnswers

_ROUNDING = 1e-6
"""Scores that sum to 1 as nearly as this are shares (the bound of TextAttack 0.3.11)."""


@dataclass(frozen=True, slots=True)
class Question:
    """Texts to ask about in place of a sample's own, or gradients to ask for at such texts."""

    sample: Sample
    texts: Sequence[str] = ()
    gradients: Sequence[Differentiate] = ()


@dataclass(slots=True)
class Told:
    """What the model takes the texts of one question for, in their order."""

    readings: list[Reading | Failure] = field(default_factory=list)
    gradients: list[TokenGradients | Failure] = field(default_factory=list)
    """In their order."""
    n_sent: int = 0
    """Texts that were sent for the sake of this question."""
    usages: list[Usage] = field(default_factory=list)
    """What they took, where it is known."""


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
        told = [Told() for _ in questions]
        found: dict[Key, Reading | Failure] = {}
        unknown: dict[Key, tuple[Told, Sample]] = {}
        keys = [[key_of(each.sample, text) for text in each.texts] for each in questions]
        for question, own, mine in zip(questions, keys, told, strict=True):
            for key in own:
                if key in found or key in unknown:
                    continue
                reading = self.known.get(key)
                if reading is not None:
                    found[key] = reading
                else:
                    unknown[key] = (mine, question.sample)
        found.update(self._asked(unknown))
        for own, mine in zip(keys, told, strict=True):
            mine.readings = [found[key] for key in own]
        self._differentiate(questions, told)
        return told

    def _differentiate(self, questions: Sequence[Question], told: Sequence[Told]) -> None:
        owners: dict[Differentiate, Told] = {}
        found: dict[Differentiate, TokenGradients | Failure] = {}
        for question, mine in zip(questions, told, strict=True):
            for asked in question.gradients:
                refusal = self._unlike(question.sample, asked)
                if refusal is None:
                    owners.setdefault(asked, mine)
                else:
                    found[asked] = refusal
        for asked, answer in gradient_questions.answered(self.session, owners):
            found[asked] = gradient_questions.read(answer)
            if isinstance(answer, Response) and answer.usage is not None:
                owners[asked].usages.append(answer.usage)
        for question, mine in zip(questions, told, strict=True):
            mine.gradients = [found[asked] for asked in question.gradients]

    def _unlike(self, sample: Sample, asked: Differentiate) -> Failure | None:
        """Refuse a gradient at a text that the model does not see as the suite asks about it."""
        seen = self.task.ask(replace(sample, text=asked.text), self.capability)
        if isinstance(seen, Classify) and seen.text == asked.text:
            return None
        reason = "the suite does not ask the model to classify the text as it is"
        return Failure(kind=FailureKind.REJECTED, message=f"no gradient can be had: {reason}")

    def _asked(
        self, unknown: Mapping[Key, tuple[Told, Sample]]
    ) -> Iterator[tuple[Key, Reading | Failure]]:
        # Texts of one length share a batch without padding; the order is the same in every run.
        ordered = iter(sorted(unknown, key=lambda key: (len(key[0]), key)))
        while window := list(islice(ordered, WINDOW)):
            samples = [replace(unknown[key][1], text=key[0]) for key in window]
            payloads = self._payloads(samples)
            earlier = {} if self.kept is None else self.kept.outputs(payloads)
            asked = {name: payloads[name] for name in payloads if name not in earlier}
            for name in asked:
                unknown[window[int(name)]][0].n_sent += 1
            for name, answer in self._answers(earlier, asked):
                place = int(name)
                key, sample = window[place], samples[place]
                reading = self._read(sample, answer)
                if not isinstance(reading, Failure):
                    self.known.keep(key, reading)
                if isinstance(answer, Response) and answer.usage is not None:
                    unknown[key][0].usages.append(answer.usage)
                yield key, reading

    def _answers(
        self, earlier: Mapping[str, Output], asked: Mapping[str, Payload]
    ) -> Iterator[tuple[str, Response | Failure]]:
        for name, output in earlier.items():
            yield name, Response(output=output)
        new = []
        for name, answer in answers_to(self.session, asked):
            if isinstance(answer, Response):
                new.append((asked[name], answer.output))
            yield name, answer
        if self.kept is not None:
            self.kept.keep(new)

    def _payloads(self, samples: Iterable[Sample]) -> dict[str, Payload]:
        return {
            str(place): self.task.ask(sample, self.capability)
            for place, sample in enumerate(samples)
        }

    def _read(self, sample: Sample, answer: Response | Failure) -> Reading | Failure:
        if isinstance(answer, Failure):
            return answer
        try:
            read = self.task.read(sample, answer.output)
        except (Exception, SystemExit) as defect:  # noqa: BLE001 - a stranger's suite may raise anything
            return Failure(kind=FailureKind.CRASHED, message=sentence_of(defect))
        return reading_of(sample, answer.output, read)


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
    """Return what a classification says about the right label of a sample.

    Scores that are neither probabilities nor shares become such by softmax, as in TextAttack.
    """
    label = read.label
    shares = read.scores if read.is_probability else _shares(read.scores)
    p_right = sum(
        share for name, share in zip(read.labels, shares, strict=True) if name in sample.targets
    )
    return Guess(label=label, is_right=label in sample.targets, p_right=p_right)


def _shares(scores: Sequence[float]) -> Sequence[float]:
    if abs(sum(scores) - 1) < _ROUNDING and min(scores) >= 0:
        return scores
    highest = max(scores)
    weights = [exp(score - highest) for score in scores]
    whole = sum(weights)
    return [weight / whole for weight in weights]
