"""One model taken through all passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.core.abilities import Answer
from harness.core.ports import Session
from harness.core.response import AnswerGroup, Failure, Response, SingleAnswer
from harness.core.sample import Sample
from harness.suites.determinism.circumstances import WORDS, Circumstance
from harness.suites.determinism.failures import FailureTally
from harness.suites.determinism.passes import Questions, answers, in_company

OpenSamples: TypeAlias = dict[str, Sample]
"""Samples without an answer yet, by the name of their question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The passes over some questions."""

    session: Session
    questions: Questions
    n_parts: int
    seed: int
    failures: FailureTally
    note: Callable[[str], None]

    def answers(
        self, still_open: Mapping[Circumstance, OpenSamples]
    ) -> Iterator[tuple[Sample, Answer]]:
        """Yield each open sample with the pair of answers that it is about.

        All questions have a part in every pass but the last, so that those of a resumed run have
        company too.

        Raises:
            AdapterError: the model is gone.
        """
        if not self.questions:
            return
        self.note(f"first pass: {len(self.questions)} questions together")
        first: dict[str, Answer] = {}
        for name, answer in answers(self.session, self.questions):
            first[name] = answer
            self.failures.count_first(answer)
        for circumstance, samples in still_open.items():
            if not samples:
                continue
            self.note(f"{len(samples)} questions {WORDS[circumstance]}")
            for name, answer in self._pass(circumstance, samples):
                if name in samples:
                    self.failures.count(circumstance, first[name], answer)
                    yield samples[name], _held(first[name], answer, circumstance)

    def _pass(
        self, circumstance: Circumstance, samples: OpenSamples
    ) -> Iterator[tuple[str, Answer]]:
        names = list(self.questions)
        if circumstance is Circumstance.ALONE:
            calls = [[name] for name in names if name in samples]
        elif circumstance is Circumstance.COMPANY:
            calls = in_company(names, self.n_parts, self.seed)
        else:
            calls = [names]
        for together in calls:
            yield from answers(self.session, {name: self.questions[name] for name in together})


def _held(first: Answer, other: Answer, circumstance: Circumstance) -> Answer:
    """Return both answers as one; a failure where either has failed."""
    if isinstance(first, Failure):
        return replace(first, message=f"in the first pass: {first.message}")
    if isinstance(other, Failure):
        return replace(other, message=f"{WORDS[circumstance]}: {other.message}")
    return Response(output=AnswerGroup((_single(first), _single(other))))


def _single(response: Response) -> SingleAnswer:
    assert isinstance(response.output, SingleAnswer)  # others have become failures
    return response.output
