"""The queries of one search on one text: counted, paid for, and held against what it claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from harness.core.attacked import Found, Guess, Outcome
from harness.core.response import Failure
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.broken_course import Broken
from harness.engine.guess_cache import Reading
from harness.engine.guessing import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Where a search came out, borne out by the answers."""

    outcome: Outcome
    found: Found
    guess: Guess
    """What the model takes the found text for."""
    found_at: int
    """As in ``Attacked``."""


@dataclass(slots=True, kw_only=True)
class Ledger:
    """One search."""

    who: str
    """In messages, such as ``the attack pwws``."""
    sample: Sample
    clean: Guess
    """What the model takes the original for: the first query."""
    budget: int | None
    """Most queries, the first one counted in; None without a bound."""
    keeps_label: bool
    """Whether it succeeds while the model stays right."""
    n_queries: int = 1
    n_sent: int = 0
    n_unreadable: int = 0
    n_gradients: int = 0
    asked: dict[str, tuple[int, Reading]] = field(default_factory=dict)
    """By text: which query was the first about it, and what came back."""

    def __post_init__(self) -> None:
        """Enter the first query."""
        self.asked[self.sample.text] = (1, self.clean)

    def affordable(self, wanted: Sequence[str]) -> Sequence[str]:
        """Return the first of the texts, as many as there are queries left.

        TextAttack 0.3.11 cuts its lists in the same way, and counts every text in them: the
        original, repetitions, and those that its cache answers.
        """
        return wanted if self.budget is None else wanted[: self.budget - self.n_queries]

    def enter(self, texts: Sequence[str], told: Told) -> list[Guess]:
        """Count queries and return what the search is to know of their answers.

        Raises:
            Broken: one has no answer.
        """
        guesses = []
        for text, reading in zip(texts, told.readings, strict=True):
            self.n_queries += 1
            if isinstance(reading, Failure):
                message = f"query {self.n_queries} of {self.who}: {reading.message}"
                raise Broken(replace(reading, message=message))
            self.n_unreadable += not isinstance(reading, Guess)
            self.asked.setdefault(text, (self.n_queries, reading))
            guesses.append(self._as_guess(reading))
        self.n_sent += told.n_sent
        return guesses

    def enter_gradients(self, told: Told) -> list[TokenGradients]:
        """Count gradients and return them.

        Raises:
            Broken: one has not come.
        """
        found = []
        for gradients in told.inside:
            self.n_gradients += 1
            if isinstance(gradients, Failure):
                message = f"gradient {self.n_gradients} of {self.who}: {gradients.message}"
                raise Broken(replace(gradients, message=message))
            assert isinstance(gradients, TokenGradients)  # nothing else was asked for
            found.append(gradients)
        return found

    def verified(self, found: Found) -> Verified:
        """Hold what a search says it has found against what the model answered.

        Raises:
            Broken: it is not so.
        """
        number, reading = self.asked.get(found.text, (0, None))
        if reading is None:
            raise Broken.by_defect(self.who, "returns a text that it never asked about")
        guess = self._as_guess(reading)
        if not found.has_succeeded:
            outcome = Outcome.UNDECIDED if self.n_unreadable else Outcome.FAILED
            return Verified(outcome=outcome, found=found, guess=guess, found_at=0)
        if not isinstance(reading, Guess) or reading.is_right is not self.keeps_label:
            reason = "claims a success that the model's answer does not bear out"
            raise Broken.by_defect(self.who, reason)
        number = self._needed(found, number)
        return Verified(outcome=Outcome.SUCCEEDED, found=found, guess=guess, found_at=number)

    def _needed(self, found: Found, number: int) -> int:
        """Return the budget of a success whose text was met by a query."""
        if found.n_spare is None:
            return number
        if not 0 <= found.n_spare < self.n_queries:
            reason = f"claims that {found.n_spare} of its {self.n_queries} queries were to spare"
            raise Broken.by_defect(self.who, reason)
        return self.n_queries - found.n_spare

    def _as_guess(self, reading: Reading) -> Guess:
        """Return an unreadable answer as a guess that is no step towards success."""
        if isinstance(reading, Guess):
            return reading
        is_right = not self.keeps_label
        return Guess(label="", is_right=is_right, p_right=float(is_right))
