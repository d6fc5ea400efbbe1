"""Which passes questions failed in: a model that answers only now and then is told by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.core.abilities import Answer
from harness.core.response import Failure
from harness.suites.determinism.circumstances import WORDS, Circumstance


@dataclass(slots=True)
class _Count:
    """Of one pass."""

    n: int = 0
    n_failed: int = 0
    n_only_here: int = 0
    """Failed in one of this pass and the first one, and answered in the other."""


@dataclass(slots=True)
class FailureTally:
    """Failures of one model, pass by pass."""

    first: _Count = field(default_factory=_Count)
    others: dict[Circumstance, _Count] = field(default_factory=dict)

    def count_first(self, answer: Answer) -> None:
        """Take in an answer of the first pass."""
        self.first.n += 1
        self.first.n_failed += isinstance(answer, Failure)

    def count(self, circumstance: Circumstance, first: Answer, other: Answer) -> None:
        """Take in an answer of another pass, beside the first one to its question."""
        own = self.others.setdefault(circumstance, _Count())
        have_failed = (isinstance(first, Failure), isinstance(other, Failure))
        own.n += 1
        own.n_failed += have_failed[1]
        own.n_only_here += have_failed[0] != have_failed[1]

    def sentences(self) -> tuple[str, ...]:
        """Tell of each pass in which a question failed, and forget."""
        told = tuple(self._told())
        self.first = _Count()
        self.others = {}
        return told

    def _told(self) -> Iterator[str]:
        if self.first.n_failed:
            yield f"{self.first.n_failed} of {self.first.n} questions failed in the first pass"
        for circumstance, own in self.others.items():
            if own.n_failed:
                yield f"{own.n_failed} of {own.n} questions failed {WORDS[circumstance]}"
            if own.n_only_here:
                yield (
                    f"{own.n_only_here} of {own.n} questions failed either in the first pass or"
                    f" {WORDS[circumstance]}, and were answered the other time"
                )
