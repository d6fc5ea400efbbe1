"""What one explanation asks about masked texts of its sample: worded, counted, paid for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from harness.core.explained import Row
from harness.core.explainer import Explainer
from harness.core.request import InsideQuestion
from harness.core.response import Failure, FailureKind, InsideAnswer, Usage
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.broken_course import Broken, guarded
from harness.engine.explanation_pool import Question, Reading, Said, Told, Written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Masks: TypeAlias = NDArray[np.bool_]
    Outputs: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class Cost:
    """What one purpose has taken."""

    n_queries: int = 0
    n_sent: int = 0
    n_gradients: int = 0
    n_points: int = 0


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """One sample under one method."""

    explainer: Explainer
    sample: Sample
    spans: tuple[tuple[int, int], ...]
    """(T,)."""
    outputs: tuple[str, ...] = ()
    """C names, known once the text as it is has been asked about."""
    answer: str | None = None
    """What the model has written; None for one that gives scores."""
    is_read_as_written: bool | None = None
    """See ``Explained``."""
    method: Cost = field(default_factory=Cost)
    audit: Cost = field(default_factory=Cost)
    n_unreadable: int = 0
    usages: list[Usage] = field(default_factory=list)

    @property
    def who(self) -> str:
        """In messages."""
        return f"the method {self.explainer.label}"

    def begin(self) -> Generator[Question, Told, Row]:
        """Ask about the text as it is, and return its outputs.

        Raises:
            Broken: there is no answer, or none that could be explained.
        """
        what = "the text as it stands"
        reading = yield from self._first(what)
        if isinstance(reading, Written):
            reading = yield from self._likelihood_of(reading)
        if not isinstance(reading, Said):
            raise _unexplained(f"no label can be read from the answer to {what}")
        self.outputs = reading.outputs
        return reading.values

    def _likelihood_of(self, written: Written) -> Generator[Question, Told, Reading]:
        if not written.text:
            reason = "the model has written nothing that could be explained"
            raise Broken(Failure(kind=FailureKind.UNDISTURBED, message=reason))
        self.answer = written.text
        reading = yield from self._first("the likelihood of what the model has written")
        if isinstance(reading, Said) and not written.is_drawn:
            self.is_read_as_written = reading.is_greedy
        return reading

    def _first(self, what: str) -> Generator[Question, Told, Reading]:
        told = yield from self._asked((self.sample.text,), self.method)
        (reading,) = told.readings
        if isinstance(reading, Failure):
            raise Broken(replace(reading, message=f"{what}: {reading.message}"))
        return reading

    def ask(self, masks: Masks, cost: Cost) -> Generator[Question, Told, Outputs]:
        """Ask about masked texts.

        Args:
            masks: (m, T), true where a part is left as it is.
            cost: what they are counted to.

        Returns:
            (m, C). An answer in words that names none of the outputs is 0 for each.

        Raises:
            Broken: one has no answer.
        """
        self._check(masks)
        texts = guarded(
            self.who, lambda: self.explainer.masked(self.sample.text, self.spans, masks)
        )
        if len(texts) != len(masks):
            raise Broken.by_defect(self.who, f"makes {len(texts)} texts of {len(masks)} masks")
        found = np.zeros((len(masks), len(self.outputs)))
        if texts:
            told = yield from self._asked(texts, cost)
            for number, reading in enumerate(told.readings):
                found[number] = self._row(reading)
        return found

    def look_inside(
        self, wanted: Sequence[InsideQuestion], cost: Cost
    ) -> Generator[Question, Told, list[InsideAnswer]]:
        """Ask about the model's inside.

        Raises:
            Broken: one has no answer.
        """
        told = yield Question(self.sample, inside=tuple(wanted))
        self.usages += told.usages
        answers = []
        for answer in told.inside:
            cost.n_gradients += 1
            if isinstance(answer, Failure):
                message = f"question {cost.n_gradients} of {self.who} about the model's inside"
                raise Broken(replace(answer, message=f"{message}: {answer.message}"))
            cost.n_points += answer.n_points if isinstance(answer, TokenGradients) else 1
            answers.append(answer)
        return answers

    def _asked(self, texts: Sequence[str], cost: Cost) -> Generator[Question, Told, Told]:
        told = yield Question(self.sample, texts, self.answer)
        self.usages += told.usages
        cost.n_queries += len(texts)
        cost.n_sent += told.n_sent
        return told

    def _row(self, reading: Reading | Failure) -> Row:
        if isinstance(reading, Failure):
            message = f"a masked text of {self.who}: {reading.message}"
            raise Broken(replace(reading, message=message))
        if not isinstance(reading, Said):
            self.n_unreadable += 1
            return (0.0,) * len(self.outputs)
        if reading.outputs == self.outputs:
            return reading.values
        if set(reading.outputs) != set(self.outputs):
            raise _unexplained("the model gives scores of other labels to a masked text")
        places = map(reading.outputs.index, self.outputs)
        return tuple(reading.values[place] for place in places)

    def _check(self, masks: Masks) -> None:
        is_fit = isinstance(masks, np.ndarray) and masks.dtype == bool
        if not is_fit or masks.shape[1:] != (len(self.spans),):
            shape = f"(m, {len(self.spans)})"
            raise Broken.by_defect(self.who, f"asks with something else than {shape} masks")


def _unexplained(reason: str) -> Broken:
    return Broken(Failure(kind=FailureKind.PROTOCOL, message=reason))
