"""A place for one process: what it was asked, and how often it had to be started again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from harness.adapters.command.lines import write_question
from harness.adapters.command.program import Program
from harness.core.request import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way."""

    request: Request
    at: float
    """``perf_counter`` when it was sent."""


@dataclass(slots=True)
class Slot:
    """One process at a time, and the next when it is lost."""

    start: Callable[[], Program]
    max_restarts: int
    program: Program | None = None
    asked: dict[int, Asked] = field(default_factory=dict)
    """By the number of the question, in the order sent."""
    answered: set[int] = field(default_factory=set)
    """Numbers of the questions answered so far, by this process or one before."""
    n_lost: int = 0
    """Processes lost since the last answer."""
    is_idle_dead: bool = False
    """The process was seen dead once while its output stayed open."""

    @property
    def is_spent(self) -> bool:
        """True when no further process may be started."""
        return self.program is None and self.n_lost > self.max_restarts

    def ask(self, number: int, request: Request) -> None:
        """Send a question, to a new process when there is none.

        Raises:
            OSError: the process cannot be started.
        """
        if self.program is None:
            self.program = self.start()
            self.is_idle_dead = False
        self.program.send(write_question(number, request.payload))
        self.asked[number] = Asked(request, perf_counter())

    def settle(self, number: int) -> Asked:
        """Note that a question is answered, and return it."""
        self.answered.add(number)
        self.n_lost = 0
        return self.asked.pop(number)

    def overdue(self, timeout_s: float, now: float) -> list[int]:
        """Return the numbers of the questions sent more than ``timeout_s`` ago."""
        return [number for number, asked in self.asked.items() if now - asked.at > timeout_s]

    def give_up(self) -> dict[int, Asked]:
        """Kill the process, count it as lost, and return what it was asked."""
        self.n_lost += self.program is not None
        return self.drop()

    def drop(self) -> dict[int, Asked]:
        """Kill the process through no fault of its own, and return what it was asked."""
        if self.program is not None:
            self.program.kill()
            self.program = None
        asked, self.asked = self.asked, {}
        return asked
