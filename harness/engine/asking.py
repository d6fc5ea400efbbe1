"""Asks a model about texts in place of samples' own, many at once and none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import getsizeof
from typing import Generic, TypeAlias, TypeVar

from harness.core.ports import Session
from harness.core.request import Payload
from harness.core.response import Failure, Output, Response, Usage
from harness.core.sample import Sample
from harness.engine.execute import WINDOW, answers_to
from harness.engine.kept_answers import KeptAnswers
from harness.engine.known_answers import Key, Known

Value = TypeVar("Value")
Wanted: TypeAlias = tuple[Key, Sample]
"""A text to ask about: what it is known by, and the sample that it is a text of."""

_NOTED = 800
"""Bytes that are noted of a text beside it, while it is asked about."""


def weight_of(texts: Sequence[str]) -> float:
    """Return the bytes that texts take while they are asked about."""
    return sum(map(getsizeof, texts)) + _NOTED * len(texts)


@dataclass(slots=True)
class Answers(Generic[Value]):
    """What came back to the texts of one inquiry, in their order."""

    values: list[Value | Failure] = field(default_factory=list)
    n_sent: int = 0
    """Texts that were sent for the sake of this inquiry."""
    usages: list[Usage] = field(default_factory=list)
    """What they took, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Generic[Value]):
    """One model, asked about the texts of one task."""

    session: Session
    pose: Callable[[Key, Sample], Payload]
    """Words the question about a text."""
    read: Callable[[Key, Sample, Output], Value | Failure]
    """Tells what an answer means."""
    known: Known[Value]
    kept: KeptAnswers | None = None
    """Of earlier runs; None where they are not to serve."""

    def answer(self, inquiries: Sequence[Sequence[Wanted]]) -> list[Answers[Value]]:
        """Answer all inquiries, from what is known where it is.

        Raises:
            AdapterError: the model is gone.
        """
        told: list[Answers[Value]] = [Answers() for _ in inquiries]
        found: dict[Key, Value | Failure] = {}
        unknown: dict[Key, tuple[Answers[Value], Sample]] = {}
        for inquiry, mine in zip(inquiries, told, strict=True):
            for key, sample in inquiry:
                if key in found or key in unknown:
                    continue
                value = self.known.get(key)
                if value is not None:
                    found[key] = value
                else:
                    unknown[key] = (mine, sample)
        found.update(self._asked(unknown))
        for inquiry, mine in zip(inquiries, told, strict=True):
            mine.values = [found[key] for key, _ in inquiry]
        return told

    def _asked(
        self, unknown: Mapping[Key, tuple[Answers[Value], Sample]]
    ) -> Iterator[tuple[Key, Value | Failure]]:
        # Texts of one length share a batch without padding; the order is the same in every run.
        ordered = iter(sorted(unknown, key=lambda key: (len(key[0]), key)))
        while window := list(islice(ordered, WINDOW)):
            payloads = {
                str(place): self.pose(key, unknown[key][1]) for place, key in enumerate(window)
            }
            earlier = {} if self.kept is None else self.kept.outputs(payloads)
            asked = {name: payloads[name] for name in payloads if name not in earlier}
            for name in asked:
                unknown[window[int(name)]][0].n_sent += 1
            for name, answer in self._answers(earlier, asked):
                key = window[int(name)]
                owner, sample = unknown[key]
                yield key, self._taken(key, sample, answer)
                if isinstance(answer, Response) and answer.usage is not None:
                    owner.usages.append(answer.usage)

    def _taken(self, key: Key, sample: Sample, answer: Response | Failure) -> Value | Failure:
        if isinstance(answer, Failure):
            return answer
        value = self.read(key, sample, answer.output)
        if not isinstance(value, Failure):
            self.known.keep(key, value)
        return value

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
