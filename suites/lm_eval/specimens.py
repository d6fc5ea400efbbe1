"""What a task makes of answers that were made up, to learn which numbers it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from harness.core.request import Generate, LogLikelihood
from harness.core.response import (
    ContinuationScore,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)
from harness.suites.lm_eval.loaded_tasks import LoadedTask
from harness.suites.lm_eval.questions import Question
from harness.suites.lm_eval.values import Values, processed

_N_TRIED = 20
"""Some tasks give a number to some documents only: so many are tried for the names."""


@dataclass(frozen=True)
class Specimens:
    """A task with its questions; each answer is made up and processed at most once."""

    loaded: LoadedTask
    questions: Sequence[Question]

    @cached_property
    def of_first(self) -> tuple[Values, ...]:
        """What comes of the first questions, without those that cannot bear a specimen."""
        return tuple(self._values(self.questions[:_N_TRIED]))

    @cached_property
    def of_all(self) -> tuple[Values, ...]:
        """What comes of all of them."""
        return (*self.of_first, *self._values(self.questions[_N_TRIED:]))

    def _values(self, questions: Iterable[Question]) -> Iterator[Values]:
        for question in questions:
            with suppress(Exception):  # the task's code may refuse a specimen, and still work
                doc = self.loaded.docs[int(question.sample.id)]
                yield processed(self.loaded.task, doc, _specimen(question)).values


def _specimen(question: Question) -> Output:
    payload = question.payload
    if isinstance(payload, LogLikelihood):
        score = ContinuationScore(-1.0, 1, is_greedy=False)
        return LogLikelihoods((score,) * len(payload.continuations))
    if isinstance(payload, Generate):
        text = next(iter(question.sample.targets), "")
        return Generation(text=text, finish_reason="stop")
    return TokenLogLikelihoods(values=(-1.0,))
