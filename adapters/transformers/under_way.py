"""The requests of a timed load from the moment they are sent to their traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.adapters.transformers.continuous_batching import n_fitting
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.step_clock import StepClock
from harness.adapters.transformers.waiting_line import Sent, WaitingLine
from harness.core.response import Failure
from harness.core.trace import CONTENT, Trace


@dataclass(slots=True)
class UnderWay:
    """One request, with numbers of marks on the clock."""

    sent: Sent
    asked: GenerationRow | Failure
    """What it is to the model, or why it is nothing."""
    begun: int | None = None
    """The prompt is about to be read."""
    read: int | None = None
    """The prompt is read."""
    tokens: list[int] = field(default_factory=list)
    """One mark for each token."""
    written: list[int] = field(default_factory=list)
    """The ids."""
    failure: Failure | None = None
    failed_ns: int = 0

    @property
    def row(self) -> GenerationRow:
        """The row of a request that was not refused."""
        assert isinstance(self.asked, GenerationRow)
        return self.asked

    def trace(self, due_ns: int | None, moments: Sequence[int]) -> Trace:
        """Return when what happened.

        Args:
            due_ns: of the arrival.
            moments: nanoseconds since the load began, of all marks.
        """
        n_input = len(self.asked.tokens) if isinstance(self.asked, GenerationRow) else None
        if self.failure is not None:
            return Trace(
                sent_ns=self.sent.sent_ns,
                ended_ns=self.failed_ns,
                due_ns=due_ns,
                n_input_tokens=n_input,
                failure=self.failure,
            )
        assert self.begun is not None
        assert self.read is not None
        chunks = tuple(moments[mark] for mark in self.tokens)
        return Trace(
            sent_ns=self.sent.sent_ns,
            ended_ns=chunks[-1],
            due_ns=due_ns,
            chunk_ns=chunks,
            chunk_channels=CONTENT * len(chunks),
            chunk_tokens=(1,) * len(chunks),
            prefill_ns=moments[self.read] - moments[self.begun],
            n_input_tokens=n_input,
            n_output_tokens=len(chunks),
            counted_by="ids",
            finish_reason="length" if len(chunks) >= self.row.max_new_tokens else "stop",
        )


@dataclass(slots=True)
class Intake:
    """Takes requests in as they are sent, and lets them wait while the batch is full."""

    asked: Sequence[GenerationRow | Failure]
    """By arrival."""
    line: WaitingLine
    clock: StepClock
    budget: int | None
    waiting: list[UnderWay] = field(default_factory=list)
    done: list[UnderWay] = field(default_factory=list)

    def goes_on(self, n_running: int) -> bool:
        """Take in what was sent, and wait for it when nothing runs; False when all is done."""
        while True:
            self._receive(n_running)
            if n_running or self.waiting:
                return True
            if not self.line.wait():
                return False

    def admit(self, running: Sequence[GenerationRow]) -> list[UnderWay]:
        """Return those that are to be computed from now on, in the order sent."""
        queue = [one.row for one in self.waiting]
        n_new = len(queue) if self.budget is None else n_fitting(queue, running, self.budget)
        admitted, self.waiting = self.waiting[:n_new], self.waiting[n_new:]
        return admitted

    def fail(self, lost: Sequence[UnderWay], failure: Failure) -> None:
        """Give these up."""
        for one in lost:
            one.failure, one.failed_ns = failure, self.clock.now_ns()
        self.done += lost

    def _receive(self, n_running: int) -> None:
        for sent in self.line.take(n_running + len(self.waiting)):
            one = UnderWay(sent, self.asked[sent.at])
            if isinstance(one.asked, Failure):
                self.fail([one], one.asked)
            else:
                self.waiting.append(one)
